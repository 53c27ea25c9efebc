"""The whole system as a user runs it: processes of ours on real parts, and clients without our code."""

from collections.abc import Iterator

import psycopg2
import pytest
from psycopg2 import extensions

from stack import Stack
from tests import processes


@pytest.fixture(scope="module")
def own_stack() -> Iterator[Stack]:
    """A stack whose parts a test may stop, with the schema registered and the tables migrated, by our commands."""
    with Stack.ephemeral() as stack:
        processes.deploy(stack.addresses.environment())
        yield stack


@pytest.fixture(scope="module")
def environment(own_stack: Stack) -> dict[str, str]:
    return own_stack.addresses.environment()


@pytest.fixture(scope="module")
def database(own_stack: Stack) -> Iterator[extensions.cursor]:
    connection = psycopg2.connect(own_stack.addresses.database_url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        yield cursor
    connection.close()
