"""One suite for the consumer of a log in memory and for the real one on a real broker, in both group protocols."""

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from uuid import UUID, uuid4

import pytest
from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, Message, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from ingestor.consumer import LogConsumer, log_commit
from ingestor.errors import BrokersUnavailable, TopicMissing
from ingestor.subscription import admin_options, consumer_options
from ingestor.topic import Topic
from schemas.position import LogPosition
from stack import Stack
from tests.fakes.log import FakeConsumer, FakeLog, positions_at

LONG_SECONDS = 30.0
PARTITIONS = 2


class Bench(ABC):
    """A consumer under test, positions that the test decides, and a way to put records into its log."""

    consumer: LogConsumer | FakeConsumer

    def __init__(self) -> None:
        self.offsets = dict.fromkeys(range(PARTITIONS), 0)
        self.database_is_away = False

    @abstractmethod
    def append(self, value: bytes, partition: int) -> None: ...

    @abstractmethod
    def make_again(self) -> None: ...

    @abstractmethod
    def group_offsets(self) -> dict[int, int]: ...

    @abstractmethod
    def topic_id(self) -> UUID: ...

    def claim(self, partitions: Collection[int]) -> dict[int, LogPosition]:
        if self.database_is_away:
            raise BrokersUnavailable("the test's database is away")
        return positions_at(self.topic_id(), {number: self.offsets[number] for number in partitions})

    def taken(self, count: int) -> list[bytes]:
        """That many records, in however many takes; their steps are made."""
        found: list[Message] = []
        deadline = time.monotonic() + LONG_SECONDS
        while len(found) < count and time.monotonic() < deadline:
            fetched = self.consumer.take(1.0)
            found += fetched.records
            self.consumer.advance(fetched.moves)
        assert len(found) == count
        return sorted(message.value() or b"" for message in found)


class FakeBench(Bench):
    def __init__(self) -> None:
        super().__init__()
        self.log = FakeLog(PARTITIONS)
        self.consumer = FakeConsumer(self.log, self.claim)
        self.consumer.assign(*range(PARTITIONS))

    def append(self, value: bytes, partition: int) -> None:
        self.log.append(value, partition)

    def make_again(self) -> None:
        self.log.make_again()

    def group_offsets(self) -> dict[int, int]:
        return self.log.group_offsets

    def topic_id(self) -> UUID:
        return self.log.topic_id


class RealBench(Bench):
    def __init__(self, bootstrap_servers: str, protocol: str) -> None:
        super().__init__()
        self.name = f"todo-test-{uuid4().hex[:8]}"
        options = consumer_options({"KAFKA_BOOTSTRAP_SERVERS": bootstrap_servers, "KAFKA_GROUP_PROTOCOL": protocol})
        options["group.id"] = self.name
        self.admin = AdminClient(admin_options(options))
        self.producer = Producer({"bootstrap.servers": bootstrap_servers, "linger.ms": 0})
        self.create()
        self.topic = Topic(self.admin, self.name)
        self.stopping = threading.Event()
        self.consumer = LogConsumer(
            Consumer({**options, "on_commit": log_commit}),
            self.topic,
            self.claim,
            stopping=self.stopping,
            clock=time.monotonic,
            batch_max_records=100,
        )
        self.consumer.join()

    def create(self) -> None:
        self.admin.create_topics([NewTopic(self.name, num_partitions=PARTITIONS)])[self.name].result(LONG_SECONDS)

    def append(self, value: bytes, partition: int) -> None:
        self.producer.produce(self.name, value=value, partition=partition)
        assert self.producer.flush(LONG_SECONDS) == 0

    def make_again(self) -> None:
        self.admin.delete_topics([self.name])[self.name].result(LONG_SECONDS)
        deadline = time.monotonic() + LONG_SECONDS
        while self.name in self.admin.list_topics(timeout=LONG_SECONDS).topics:
            assert time.monotonic() < deadline
        self.create()

    def group_offsets(self) -> dict[int, int]:
        request = self.admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(self.name)])
        found = request[self.name].result(LONG_SECONDS).topic_partitions or []
        return {partition.partition: partition.offset for partition in found if partition.offset >= 0}

    def topic_id(self) -> UUID:
        return self.topic.id()


@pytest.fixture(params=["fake", "classic", "consumer"])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    if request.param == "fake":
        yield FakeBench()
        return
    stack: Stack = request.getfixturevalue("stack")
    real = RealBench(stack.addresses.kafka_bootstrap_servers, request.param)
    yield real
    real.consumer.close()


def until_gives_group_offsets(bench: Bench, wanted: dict[int, int]) -> None:
    deadline = time.monotonic() + LONG_SECONDS
    while bench.group_offsets() != wanted:
        assert time.monotonic() < deadline, f"{bench.group_offsets()} instead of {wanted}"
        bench.consumer.idle(0.1)


def test_records_come_from_every_partition_and_the_group_learns_what_was_stored(bench: Bench) -> None:
    for number in range(4):
        bench.append(b"%d" % number, number % 2)
    assert bench.taken(4) == [b"0", b"1", b"2", b"3"]
    assert {number: position.offset for number, position in bench.consumer.positions.items()} == {0: 2, 1: 2}
    until_gives_group_offsets(bench, {0: 2, 1: 2})


def test_reading_begins_where_the_claim_says(bench: Bench) -> None:
    for number in range(4):
        bench.append(b"%d" % number, 0)
    bench.offsets[0] = 3
    assert bench.taken(1) == [b"3"]


def test_a_record_without_a_value_is_taken_like_any_other(bench: Bench) -> None:
    bench.append(b"", 0)
    bench.append(b"behind it", 0)
    assert bench.taken(2) == [b"", b"behind it"]


def test_a_batch_has_an_upper_bound_and_nothing_is_left_out_behind_it(bench: Bench) -> None:
    for number in range(150):
        bench.append(b"%03d" % number, 0)
    sizes: list[int] = []
    while sum(sizes) < 150:
        fetched = bench.consumer.take(LONG_SECONDS)
        bench.consumer.advance(fetched.moves)
        sizes.append(len(fetched.records))
    assert max(sizes) <= 100
    assert bench.consumer.positions[0].offset == 150


def test_what_was_held_is_read_again_from_where_the_claim_says(bench: Bench) -> None:
    for number in range(3):
        bench.append(b"%d" % number, 0)
    bench.taken(3)
    bench.consumer.hold()
    bench.offsets[0] = 1
    assert bench.taken(2) == [b"1", b"2"]


def test_records_of_a_partition_that_is_assigned_while_idle_are_taken_afterwards(bench: Bench) -> None:
    for number in range(3):
        bench.append(b"%d" % number, 0)
    bench.consumer.idle(5.0)  # the real one joins its group meanwhile
    assert bench.taken(3) == [b"0", b"1", b"2"]


def test_a_claim_that_fails_takes_nothing_until_it_succeeds(bench: Bench) -> None:
    bench.append(b"patient", 0)
    bench.database_is_away = True
    deadline = time.monotonic() + LONG_SECONDS
    refused = False
    while not refused:
        assert time.monotonic() < deadline
        try:
            assert bench.consumer.take(1.0).records == ()
        except BrokersUnavailable:
            refused = True
    bench.database_is_away = False
    assert bench.taken(1) == [b"patient"]


def test_a_topic_that_was_made_again_is_read_from_its_beginning(bench: Bench) -> None:
    bench.append(b"old", 0)
    before = bench.topic_id()
    assert bench.taken(1) == [b"old"]
    bench.make_again()
    wanted = {b"new 0", b"new 1", b"new 2"}  # reading on at the old topic's position would leave the first one out
    for value in sorted(wanted):
        bench.append(value, 0)
    found: set[bytes | None] = set()
    deadline = time.monotonic() + LONG_SECONDS
    while found != wanted:
        assert time.monotonic() < deadline, found
        fetched = bench.consumer.take(1.0)
        bench.consumer.advance(fetched.moves)
        found.update(message.value() for message in fetched.records)
    assert bench.consumer.positions[0] == LogPosition(bench.topic_id(), 0, 3)
    assert bench.topic_id() != before


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
def test_offsets_that_the_log_does_not_hold_begin_at_the_earliest(stack: Stack, protocol: str) -> None:
    bench = RealBench(stack.addresses.kafka_bootstrap_servers, protocol)
    bench.append(b"earliest", 0)
    bench.offsets[0] = 1_000_000
    assert bench.taken(1) == [b"earliest"]
    assert bench.consumer.positions[0].offset == 1
    bench.consumer.close()


def test_a_missing_topic_is_named_with_what_to_run(stack: Stack) -> None:
    admin = AdminClient({"bootstrap.servers": stack.addresses.kafka_bootstrap_servers})
    with pytest.raises(TopicMissing, match="no-such-topic does not exist; run: python -m stack topic"):
        Topic(admin, "no-such-topic").id()


def test_stopping_ends_a_poll_that_waits(stack: Stack) -> None:
    bench = RealBench(stack.addresses.kafka_bootstrap_servers, "classic")
    threading.Timer(0.5, bench.stopping.set).start()
    assert bench.consumer.take(3600.0).records == ()
    bench.consumer.close()
