"""What every tier shares: the stack, started once a run and only when a test asks for it."""

import os
from collections.abc import Iterator
from typing import Final

import pytest

from schemas import registration
from schemas.registry import SchemaRegistry
from stack import Addresses, Stack

_GIVEN: Final = ("KAFKA_BOOTSTRAP_SERVERS", "SCHEMA_REGISTRY_URL", "DATABASE_URL")


def pytest_configure() -> None:
    """Forget servers of the user's: tests kill parts, delete topics and empty tables, so they start their own."""
    for name in _GIVEN:
        os.environ.pop(name, None)


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """Real Kafka with the topic, registry with the schema, and PostgreSQL without tables; nobody may stop them."""
    with Stack.ephemeral() as running:
        with SchemaRegistry(running.addresses.schema_registry_url) as registry:
            registration.register(registry)
        yield running


@pytest.fixture
def addresses(stack: Stack) -> Addresses:
    return stack.addresses
