"""The embedded stack: real Kafka, a schema registry and PostgreSQL as child processes, without Docker."""

from stack.addresses import Addresses
from stack.embedded import Stack
from stack.errors import StackError

__all__ = ["Addresses", "Stack", "StackError"]
