"""The gateway on parts that a test may stop; it must leave them running."""

from collections.abc import Iterator

import pytest

from schemas import registration
from schemas.registry import SchemaRegistry
from stack import Stack


@pytest.fixture(scope="session")
def own_stack() -> Iterator[Stack]:
    """A stack whose broker may be stopped and whose topic may be made anew."""
    with Stack.ephemeral(parts={"kafka", "registry"}) as stack:
        with SchemaRegistry(stack.addresses.schema_registry_url) as registry:
            registration.register(registry)
        yield stack
