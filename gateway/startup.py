"""What must be there before the gateway serves: the registered schema, the topic, a producer that has its id."""

import asyncio
import time
from collections.abc import Callable
from typing import Final, TypeVar
from uuid import UUID

import structlog
from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient

from gateway.ladder import ProducerLadder
from gateway.publisher import KafkaPublisher
from schemas import avro
from schemas.codec import EventEncoder
from schemas.errors import SchemaError, SchemaNotRegistered
from schemas.names import SUBJECT, TOPIC
from schemas.registry import SchemaRegistry

_log = structlog.get_logger(__name__)

_RETRY_SECONDS: Final = 0.5
_PATIENCE_SECONDS: Final = 1.0
_REMIND_SECONDS: Final = 30.0
_ANSWER_SECONDS: Final = 5.0

Found = TypeVar("Found")


class NotReady(Exception):
    """Something that the gateway needs is not there. The message says what, and what to do."""


async def publisher(ladder: ProducerLadder, registry: SchemaRegistry, admin: AdminClient) -> KafkaPublisher:
    """A publisher, as soon as all is there that it needs. Waits for as long as it takes, and logs what for."""
    schema_id = await _until_there(lambda: _registered_schema_id(registry))
    topic_id = await _until_there(lambda: _topic_id(admin))
    await _until_there(lambda: _producers_have_ids(ladder))
    return KafkaPublisher(ladder, EventEncoder(schema_id), topic_id)


async def _until_there(look: Callable[[], Found]) -> Found:
    said, silent_until = "", time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return await asyncio.to_thread(look)
        except NotReady as reason:
            now = time.monotonic()
            if now >= silent_until or said not in ("", str(reason)):
                said, silent_until = str(reason), now + _REMIND_SECONDS
                _log.warning("waiting", reason=said)
        await asyncio.sleep(_RETRY_SECONDS)


def _registered_schema_id(registry: SchemaRegistry) -> int:
    try:
        return registry.lookup(SUBJECT, avro.todo_created_text()).id
    except SchemaNotRegistered as error:
        raise NotReady(f"{error}; run: python -m schemas register") from error
    except SchemaError as error:
        raise NotReady(f"{error} (SCHEMA_REGISTRY_URL)") from error


def _topic_id(admin: AdminClient) -> UUID:
    try:
        described = admin.describe_topics(TopicCollection([TOPIC]), request_timeout=_ANSWER_SECONDS)[TOPIC].result()
    except KafkaException as error:
        if error.args[0].code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
            raise NotReady(f"topic {TOPIC} does not exist; run: python -m stack topic") from error
        raise NotReady(f"no broker answers: {error.args[0].str()} (KAFKA_BOOTSTRAP_SERVERS)") from error
    unsigned = (1 << 64) - 1
    most, least = described.topic_id.get_most_significant_bits(), described.topic_id.get_least_significant_bits()
    return UUID(int=(most & unsigned) << 64 | least & unsigned)


def _producers_have_ids(ladder: ProducerLadder) -> None:
    if not ladder.have_ids:
        raise NotReady("the brokers have not given the producers their ids yet")
