"""Events to bytes and back, in the Confluent wire format.

A value is the magic byte 0, the writer's schema id as 4 bytes big-endian, then the Avro body without a header:
https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format
"""

import struct
from collections.abc import Callable
from io import BytesIO
from typing import Any, Final, cast

from fastavro import schemaless_reader, schemaless_writer

from schemas import avro
from schemas.errors import BodyDoesNotFit, NotConfluentFraming
from schemas.events import TodoCreated

MAGIC_BYTE: Final = 0
_FRAME: Final = struct.Struct(">bI")

SchemaById = Callable[[int], avro.ParsedSchema]
"""Gives the schema with an id. Raises UnknownSchemaId when there is none, RegistryUnavailable when nobody can say."""


class EventEncoder:
    """Writes events with one registered schema. Holds no state between calls; safe to share between threads."""

    def __init__(self, schema_id: int) -> None:
        self._frame = _FRAME.pack(MAGIC_BYTE, schema_id)
        self._schema = avro.todo_created()

    def encode(self, event: TodoCreated) -> bytes:
        """The event as a record's value.

        Raises:
            ValueError: text that UTF-8 cannot carry, such as a lone surrogate.
        """
        body = BytesIO()
        body.write(self._frame)
        schemaless_writer(
            body,
            self._schema,
            {
                "id": event.id,
                "title": event.title,
                "description": event.description,
                "owner": event.owner,
                "create_time": event.create_time,
            },
        )
        return body.getvalue()


class EventDecoder:
    """Reads events that any registered version of the schema wrote, resolved to the schema of this release.

    Each schema id is looked up once and then served from memory, so a registry that is away stops only ids never seen.
    Not for several threads at once.
    """

    def __init__(self, schema_by_id: SchemaById) -> None:
        self._schema_by_id = schema_by_id
        self._reader_schema = avro.todo_created()
        self._writer_schemas: dict[int, avro.ParsedSchema] = {}

    def decode(self, value: bytes | None) -> TodoCreated:
        """The event that a record's value holds.

        Raises:
            NotConfluentFraming: no value, or one that does not begin as the wire format says.
            UnknownSchemaId: the registry answers and has no such schema.
            BodyDoesNotFit: the body breaks its schema, or bytes are left behind it.
            RegistryUnavailable: the id is new here and the registry does not answer; try again later.
        """
        schema_id = framed_schema_id(value)
        writer_schema = self._writer_schema(schema_id)
        body = BytesIO(value or b"")
        body.seek(_FRAME.size)
        try:
            record = schemaless_reader(body, writer_schema, self._reader_schema)
            event = TodoCreated(**cast("dict[str, Any]", record))
        except Exception as error:  # fastavro raises builtin errors of many kinds for what it cannot read
            raise BodyDoesNotFit(f"body does not fit schema {schema_id}: {type(error).__name__}") from error
        if left := len(body.getbuffer()) - body.tell():
            raise BodyDoesNotFit(f"{left} bytes are left behind a body of schema {schema_id}")
        return event

    def _writer_schema(self, schema_id: int) -> avro.ParsedSchema:
        schema = self._writer_schemas.get(schema_id)
        if schema is None:
            schema = self._writer_schemas[schema_id] = self._schema_by_id(schema_id)
        return schema


def framed_schema_id(value: bytes | None) -> int:
    """The id of the schema that wrote a record's value.

    Raises:
        NotConfluentFraming: no value, or one that does not begin as the wire format says.
    """
    if value is None:
        raise NotConfluentFraming("the record has no value (a tombstone)")
    if len(value) < _FRAME.size:
        raise NotConfluentFraming(f"{len(value)} bytes are too few for a magic byte and a schema id")
    magic, schema_id = _FRAME.unpack_from(value)
    if magic != MAGIC_BYTE:
        raise NotConfluentFraming(f"the first byte is {magic & 0xFF:#04x}, not the magic byte 0x00")
    return int(schema_id)
