"""One suite for the fake publisher and for the real one on a real broker."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from confluent_kafka import Consumer, TopicPartition

from gateway.errors import OutcomeUnknown
from gateway.ladder import ProducerLadder
from gateway.publisher import KafkaPublisher, Publisher
from schemas.codec import EventEncoder
from schemas.events import TodoCreated
from schemas.names import TOPIC
from schemas.position import LogPosition
from stack import Stack
from tests.fakes.publisher import TOPIC_ID, FakePublisher

HEADERS = [("ce_specversion", "1.0"), ("ce_type", "todo.v1.TodoCreated")]


def an_event() -> TodoCreated:
    return TodoCreated(uuid4(), "Buy milk", "", "", datetime.now(UTC))


class Bench:
    """A publisher under test: how to make one whose brokers are away, and how to read what was published."""

    def __init__(self, publisher: Publisher, away: Publisher, key_at: Callable[[LogPosition], UUID]) -> None:
        self.publisher = publisher
        self.away = away
        self.key_at = key_at


def fake() -> Bench:
    publisher, away = FakePublisher(), FakePublisher()
    away.answers = False
    return Bench(publisher, away, lambda position: publisher.published[position.offset][0].id)


def key_in(stack: Stack) -> Callable[[LogPosition], UUID]:
    def key_at(position: LogPosition) -> UUID:
        consumer = Consumer({"bootstrap.servers": stack.addresses.kafka_bootstrap_servers, "group.id": "test"})
        consumer.assign([TopicPartition(TOPIC, position.partition, position.offset)])
        message = consumer.poll(30)
        consumer.close()
        assert message is not None
        assert (message.offset(), message.headers()) == (position.offset, [(k, v.encode()) for k, v in HEADERS])
        return UUID((message.key() or b"").decode())

    return key_at


@pytest.fixture(params=["fake", "real"])
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    if request.param == "fake":
        yield fake()
        return
    stack: Stack = request.getfixturevalue("stack")
    promised = {"acks": "all", "enable.idempotence": "true", "linger.ms": "0"}
    fatal: list[str] = []
    real = ProducerLadder({**promised, "bootstrap.servers": stack.addresses.kafka_bootstrap_servers}, fatal.append)
    nobody = ProducerLadder({**promised, "bootstrap.servers": "127.0.0.1:1"}, fatal.append)
    encoder = EventEncoder(1)
    yield Bench(KafkaPublisher(real, encoder, TOPIC_ID), KafkaPublisher(nobody, encoder, TOPIC_ID), key_in(stack))
    assert await real.close(30) == 0
    await nobody.close(0)
    assert fatal == []


async def test_an_event_is_in_the_log_where_its_position_says(bench: Bench) -> None:
    event = an_event()
    position = await bench.publisher.publish(event, [*HEADERS], 30)
    assert position.topic_id == TOPIC_ID
    assert bench.key_at(position) == event.id


async def test_events_of_one_id_lie_one_behind_the_other(bench: Bench) -> None:
    event = an_event()
    first = await bench.publisher.publish(event, [*HEADERS], 30)
    second = await bench.publisher.publish(event, [*HEADERS], 30)
    assert (second.partition, second.offset > first.offset) == (first.partition, True)


async def test_brokers_that_do_not_answer_in_time_leave_the_outcome_unknown(bench: Bench) -> None:
    with pytest.raises(OutcomeUnknown):
        await bench.away.publish(an_event(), [*HEADERS], 0.05)


async def test_a_producer_gives_up_within_what_the_call_has_left(bench: Bench) -> None:
    with pytest.raises(OutcomeUnknown):
        await bench.away.publish(an_event(), [*HEADERS], 2.5)


async def test_events_published_together_are_all_in_the_log(bench: Bench) -> None:
    events = [an_event() for _ in range(250)]
    positions = await bench.publisher.publish_all([(event, [*HEADERS]) for event in events], 30)
    assert len(set(positions)) == len(events)
    for event, position in [*zip(events, positions, strict=True)][::50]:
        assert isinstance(position, LogPosition)
        assert bench.key_at(position) == event.id


async def test_events_that_are_not_answered_in_time_are_each_unknown(bench: Bench) -> None:
    published = await bench.away.publish_all([(an_event(), [*HEADERS])] * 3, 2.5)
    assert [type(one) for one in published] == [OutcomeUnknown] * 3
