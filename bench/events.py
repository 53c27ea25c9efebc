"""Events as the gateway makes them, and a topic full of them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from confluent_kafka import KafkaError, Message, Producer
from uuid_utils.compat import uuid7

from schemas.codec import EventEncoder
from schemas.events import TodoCreated
from schemas.names import TOPIC

_DESCRIPTION_CHARACTERS: Final = 220
_FLUSH_SECONDS: Final = 60


class TopicNotFilled(Exception):
    """The brokers did not take all events."""


def made(count: int) -> list[TodoCreated]:
    """So many events: new ids in the order of time, some 300 bytes each as Avro."""
    now = datetime.now(UTC)
    return [
        TodoCreated(uuid7(), f"Todo number {number}", f"{number} ".ljust(_DESCRIPTION_CHARACTERS, "d"), "", now)
        for number in range(count)
    ]


def fill_topic(bootstrap_servers: str, schema_id: int, events: Sequence[TodoCreated]) -> None:
    """Produce the events, spread over the partitions by their keys.

    Raises:
        TopicNotFilled: an event was not acknowledged.
    """
    failed: list[KafkaError] = []

    def note(error: KafkaError | None, _message: Message) -> None:
        if error is not None:
            failed.append(error)

    encoder = EventEncoder(schema_id)
    producer = Producer({"bootstrap.servers": bootstrap_servers, "acks": "all", "linger.ms": 20})
    for event in events:
        while True:
            try:
                producer.produce(TOPIC, key=str(event.id), value=encoder.encode(event), on_delivery=note)
                break
            except BufferError:
                producer.poll(0.1)
        producer.poll(0)
    left = producer.flush(_FLUSH_SECONDS)
    if left or failed:
        raise TopicNotFilled(f"{left + len(failed)} of {len(events)} events are not in the topic: {failed[:1]}")
