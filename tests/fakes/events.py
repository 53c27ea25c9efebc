"""Events and their bytes, without a registry: every schema has the id 1."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from schemas import avro
from schemas.avro import ParsedSchema
from schemas.codec import EventDecoder, EventEncoder
from schemas.errors import RegistryUnavailable, UnknownSchemaId
from schemas.events import TodoCreated

SCHEMA_ID = 1
CREATED_AT = datetime(2026, 1, 2, 3, 4, 5, 678901, UTC)


def an_event(title: str = "Buy milk", *, todo_id: UUID | None = None, description: str = "2 l") -> TodoCreated:
    return TodoCreated(todo_id or uuid4(), title, description, "", CREATED_AT)


def encoded(event: TodoCreated) -> bytes:
    return EventEncoder(SCHEMA_ID).encode(event)


class FakeRegistry:
    """Knows this release's schema; can be away."""

    def __init__(self) -> None:
        self.is_away = False

    def schema_by_id(self, schema_id: int) -> ParsedSchema:
        """See `SchemaRegistry.schema_by_id`."""
        if self.is_away:
            raise RegistryUnavailable("the registry does not answer")
        if schema_id != SCHEMA_ID:
            raise UnknownSchemaId(f"the registry knows no schema with id {schema_id}")
        return avro.todo_created()

    def decoder(self) -> EventDecoder:
        return EventDecoder(self.schema_by_id)
