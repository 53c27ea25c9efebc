"""The codec against golden bytes and against Confluent's own serializer."""

import io
from datetime import UTC, datetime
from uuid import UUID

import pytest
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from fastavro import parse_schema, schemaless_writer

from schemas import avro
from schemas.codec import EventDecoder, EventEncoder
from schemas.errors import BodyDoesNotFit, NotConfluentFraming, RegistryUnavailable, UnknownSchemaId
from schemas.events import TodoCreated

EVENT = TodoCreated(
    id=UUID("01920f3e-7b1a-7c3d-9e4f-5a6b7c8d9e0f"),
    title="Buy milk 🥛",
    description="2 l",
    owner="alice",
    create_time=datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
)
GOLDEN = bytes.fromhex(
    """
    00 00000007
    48 30313932306633652d376231612d376333642d396534662d356136623763386439653066
    1a 427579206d696c6b20f09fa59b
    06 32206c
    0a 616c696365
    eabcbae5ded7a306
    """
)


def known_schemas(schema_id: int) -> avro.ParsedSchema:
    if schema_id == 7:
        return avro.todo_created()
    raise UnknownSchemaId(str(schema_id))


@pytest.fixture
def decoder() -> EventDecoder:
    return EventDecoder(known_schemas)


def test_an_event_has_the_golden_bytes_of_version_1() -> None:
    assert EventEncoder(7).encode(EVENT) == GOLDEN


def test_the_golden_bytes_of_version_1_are_read_back(decoder: EventDecoder) -> None:
    assert decoder.decode(GOLDEN) == EVENT


def test_confluents_serializer_writes_the_same_bytes() -> None:
    registry = SchemaRegistryClient.new_client({"url": "mock://"})
    serializer = AvroSerializer(registry, avro.todo_created_text(), lambda event, _: as_record(event))
    ours = EventEncoder(1).encode(EVENT)
    assert serializer(EVENT, SerializationContext("todo-create", MessageField.VALUE)) == ours
    deserializer = AvroDeserializer(registry)
    assert deserializer(ours, SerializationContext("todo-create", MessageField.VALUE)) == as_record(EVENT)


def as_record(event: TodoCreated) -> dict[str, object]:
    return {name: getattr(event, name) for name in ("id", "title", "description", "owner", "create_time")}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "tombstone"),
        (b"", "0 bytes"),
        (b"\x00\x00\x00\x00", "4 bytes"),
        (b"\x01" + GOLDEN[1:], "0x01"),
        (b"\xff" + GOLDEN[1:], "0xff"),
    ],
)
def test_a_value_without_our_framing_is_told_apart(decoder: EventDecoder, value: bytes | None, said: str) -> None:
    with pytest.raises(NotConfluentFraming, match=said):
        decoder.decode(value)


def test_an_id_that_the_registry_does_not_know_is_told_apart(decoder: EventDecoder) -> None:
    with pytest.raises(UnknownSchemaId):
        decoder.decode(b"\x00\x00\x0f\x42\x3f" + GOLDEN[5:])


def test_a_registry_that_is_away_is_no_fault_of_the_record() -> None:
    def away(schema_id: int) -> avro.ParsedSchema:
        raise RegistryUnavailable(str(schema_id))

    with pytest.raises(RegistryUnavailable):
        EventDecoder(away).decode(GOLDEN)


@pytest.mark.parametrize("length", range(5, len(GOLDEN)))
def test_a_body_that_breaks_off_anywhere_does_not_fit(decoder: EventDecoder, length: int) -> None:
    with pytest.raises(BodyDoesNotFit):
        decoder.decode(GOLDEN[:length])


@pytest.mark.parametrize(
    "body",
    [
        GOLDEN[5:] + b"\x00",
        b"\xff" * 64,
        GOLDEN[5:].replace(b"01920f3e", b"not-a-id"),
        GOLDEN[5:].replace(b"alice", b"\xff\xfe\xfd\xfc\xfb"),
    ],
    ids=["bytes left behind", "junk", "id that is no UUID", "text that is not UTF-8"],
)
def test_a_body_that_does_not_fit_its_schema_is_told_apart(decoder: EventDecoder, body: bytes) -> None:
    with pytest.raises(BodyDoesNotFit):
        decoder.decode(GOLDEN[:5] + body)


def test_a_time_past_what_python_holds_does_not_fit(decoder: EventDecoder) -> None:
    micros = io.BytesIO()
    schemaless_writer(micros, parse_schema({"type": "long"}), 2**62)
    up_to_the_time = GOLDEN[: GOLDEN.index(b"alice") + len(b"alice")]
    with pytest.raises(BodyDoesNotFit):
        decoder.decode(up_to_the_time + micros.getvalue())


def test_a_message_about_a_bad_body_shows_nothing_of_it(decoder: EventDecoder) -> None:
    with pytest.raises(BodyDoesNotFit) as caught:
        decoder.decode(GOLDEN[:5] + GOLDEN[5:].replace(b"01920f3e", b"secret!!"))
    assert "secret" not in str(caught.value)


def test_each_schema_id_is_asked_for_once() -> None:
    asked: list[int] = []

    def remember(schema_id: int) -> avro.ParsedSchema:
        asked.append(schema_id)
        return avro.todo_created()

    decoder = EventDecoder(remember)
    for _ in range(3):
        decoder.decode(GOLDEN)
    assert asked == [7]


def test_an_event_of_an_older_writer_is_resolved_to_todays_schema() -> None:
    older = avro.parse(
        """{"type": "record", "name": "todo.v1.TodoCreated", "fields": [
            {"name": "id", "type": {"type": "string", "logicalType": "uuid"}},
            {"name": "title", "type": "string"},
            {"name": "create_time", "type": {"type": "long", "logicalType": "timestamp-micros"}}]}"""
    )
    body = io.BytesIO()
    schemaless_writer(body, older, {"id": EVENT.id, "title": "old", "create_time": EVENT.create_time})
    event = EventDecoder(lambda _: older).decode(b"\x00\x00\x00\x00\x01" + body.getvalue())
    assert event == TodoCreated(EVENT.id, "old", "", "", EVENT.create_time)
