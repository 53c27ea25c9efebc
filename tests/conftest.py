"""What every tier shares: the stack, started once a run and only when a test asks for it."""

from collections.abc import Iterator

import pytest

from schemas import registration
from schemas.registry import SchemaRegistry
from stack import Addresses, Stack


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
