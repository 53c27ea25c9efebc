"""The commit protocol as a state machine on the real tables: every interleaving keeps rows = events, each once.

Deliveries are simulated: instances take batches, sleep with them in hand, lose their partitions without noticing, wake
up, store, crash before, in and after the transaction, while the topic grows, repeats itself and is made again. At the
end one instance drains the log, and what the tables hold is compared with what was produced.
"""

import contextlib
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from ingestor.consumer import NOTHING, Fetched
from ingestor.decoding import decoded
from ingestor.errors import Superseded
from ingestor.todos.batch import Move
from ingestor.todos.isolation import BadShareLimit
from ingestor.todos.models import DeadLetter, IngestOffset, Todo
from ingestor.todos.offsets import Offsets
from ingestor.todos.store import TodoStore
from schemas.names import TOPIC
from tests.fakes.events import FakeRegistry, an_event, encoded
from tests.fakes.log import FakeConsumer, FakeLog

PARTITIONS = 2
INSTANCES = 2
THOROUGH = settings(
    max_examples=200, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
UNTIL_BROKEN = settings(
    THOROUGH, max_examples=1000, derandomize=True, phases=[Phase.generate], report_multiple_bugs=False
)

instances = st.integers(0, INSTANCES - 1)
partitions = st.integers(0, PARTITIONS - 1)


class Crash(Exception):
    """The process ends here."""


def _crash_after_an_insert(
    execute: Callable[..., object], sql: str, params: object, many: bool, context: dict[str, Any]
) -> None:
    execute(sql, params, many, context)
    if "INSERT" in sql:
        raise Crash


class Instance:
    """What one process has in memory."""

    def __init__(self, log: FakeLog, store: TodoStore, offsets: Offsets) -> None:
        self.consumer = FakeConsumer(log, lambda numbers: offsets.claim(log.topic_id, numbers), batch_max_records=3)
        self.store = store
        self.in_hand: Fetched = NOTHING
        self.is_stored = False


class CommitProtocol(RuleBasedStateMachine):
    """Two instances, two partitions, one database. `offsets_of` can make the offsets of a broken protocol."""

    def __init__(self, offsets_of: Callable[[str], Offsets]) -> None:
        super().__init__()
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE todo, dead_letter, ingest_offset")
        self.log = FakeLog(PARTITIONS)
        self.decoder = FakeRegistry().decoder()
        self.offsets = offsets_of(TOPIC)
        self.store = TodoStore(self.offsets, BadShareLimit(share=1.0))
        self.instances = [self._started() for _ in range(INSTANCES)]
        self.produced: set[UUID] = set()
        self.seen: dict[tuple[UUID, int], int] = {}

    def _started(self) -> Instance:
        return Instance(self.log, self.store, self.offsets)

    @rule(partition=partitions, count=st.integers(1, 5))
    def produce(self, partition: int, count: int) -> None:
        for _ in range(count):
            event = an_event()
            self.log.append(encoded(event), partition)
            self.produced.add(event.id)

    @rule(partition=partitions)
    def produce_again(self, partition: int) -> None:
        """A gateway's retry: the same event once more."""
        good = [record.value() for record in self.log.partitions[partition] if record.value()]
        if good:
            self.log.append(good[0], partition)

    @rule(partition=partitions)
    def produce_poison(self, partition: int) -> None:
        self.log.append(None, partition)

    @rule(number=instances, partition=partitions, noticed=st.booleans())
    def rebalance(self, number: int, partition: int, noticed: bool) -> None:
        """A partition goes to an instance. Those that had it hear of it, or sleep and become zombies."""
        for instance in self.instances:
            if noticed:
                instance.consumer.revoke(partition)
        self.instances[number].consumer.assign(partition)

    @rule(number=instances)
    def take(self, number: int) -> None:
        instance = self.instances[number]
        if not instance.in_hand.records:
            instance.in_hand = instance.consumer.take(1.0)
            instance.is_stored = False

    @rule(number=instances)
    def save(self, number: int) -> None:
        instance = self.instances[number]
        if not instance.in_hand.records or instance.is_stored:
            return
        try:
            instance.store.save(decoded(instance.in_hand, self.decoder))
            instance.is_stored = True
        except Superseded:
            instance.in_hand = NOTHING
            instance.consumer.hold()

    @rule(number=instances)
    def tell_the_group(self, number: int) -> None:
        instance = self.instances[number]
        if instance.is_stored:
            held = [move for move in instance.in_hand.moves if move.expected.partition in instance.consumer.positions]
            instance.consumer.advance(held)
            instance.in_hand, instance.is_stored = NOTHING, False

    @rule(number=instances)
    def fault_of_the_world(self, number: int) -> None:
        """The answer to a statement, or to the commit, did not come: stored or not, the instance does not know."""
        self.instances[number].in_hand = NOTHING
        self.instances[number].consumer.hold()

    @rule(number=instances)
    def crash(self, number: int) -> None:
        self.instances[number] = self._started()

    @rule(number=instances)
    def crash_in_the_transaction(self, number: int) -> None:
        self.take(number)
        with connection.execute_wrapper(_crash_after_an_insert), contextlib.suppress(Crash):
            self.save(number)
        self.crash(number)

    @rule(number=instances)
    def run_passes(self, number: int) -> None:
        """One batch after the other, until there is nothing to do or somebody else was faster."""
        while not self.instances[number].is_stored:
            self.take(number)
            self.save(number)
            if not self.instances[number].is_stored:
                return
            self.tell_the_group(number)

    @rule(sleeper=instances, partition=partitions)
    def fall_asleep(self, sleeper: int, partition: int) -> None:
        """An instance stands still with a batch in hand, and another one goes on with its partition."""
        self.take(sleeper)
        other = (sleeper + 1) % INSTANCES
        self.rebalance(other, partition, noticed=False)
        self.run_passes(other)

    @rule()
    def make_the_topic_again(self) -> None:
        self.log.make_again()
        self.produced = set()

    @invariant()
    def positions_never_go_back(self) -> None:
        for row in IngestOffset.objects.all():
            place = (row.topic_id, row.partition)
            assert row.next_offset >= self.seen.get(place, 0)
            self.seen[place] = row.next_offset

    def teardown(self) -> None:
        last = self._started()
        last.consumer.assign(*range(PARTITIONS))
        while (fetched := last.consumer.take(1.0)).records:
            self.store.save(decoded(fetched, self.decoder))
            last.consumer.advance(fetched.moves)
        ids = list(Todo.objects.values_list("id", flat=True))
        assert self.produced <= set(ids), "an event was lost"
        letters = DeadLetter.objects.filter(topic_id=self.log.topic_id).values_list("partition", "offset")
        poison = [
            (number, record.offset())
            for number, records in self.log.partitions.items()
            for record in records
            if record.value() is None
        ]
        assert sorted(letters) == sorted(poison), "each bad record has one dead letter"


class OffsetsWithoutFence(Offsets):
    """Moves positions from wherever they are."""

    def move(self, moves: Sequence[Move]) -> None:
        for move in moves:
            rows = IngestOffset.objects.filter(topic=TOPIC, partition=move.expected.partition)
            rows.update(next_offset=move.next_offset)


class OffsetsOutsideTheTransaction(Offsets):
    """Moves positions at once, whatever becomes of the transaction that stores."""

    def move(self, moves: Sequence[Move]) -> None:
        aside = connection.copy()
        with aside.cursor() as cursor:
            for move in moves:
                at = move.expected
                cursor.execute(
                    "UPDATE ingest_offset SET next_offset = %s"
                    " WHERE partition = %s AND topic_id = %s AND next_offset = %s",
                    [move.next_offset, at.partition, at.topic_id, at.offset],
                )
                if not cursor.rowcount:
                    aside.close()
                    raise Superseded
        aside.close()


def run(offsets_of: Callable[[str], Offsets], how: settings) -> None:
    class Machine(CommitProtocol):
        def __init__(self) -> None:
            super().__init__(offsets_of)

    run_state_machine_as_test(Machine, settings=how)


@pytest.mark.usefixtures("database")
def test_every_interleaving_keeps_rows_equal_to_events() -> None:
    run(Offsets, THOROUGH)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("broken", [OffsetsWithoutFence, OffsetsOutsideTheTransaction])
def test_the_same_harness_finds_a_broken_protocol(broken: Callable[[str], Offsets]) -> None:
    with pytest.raises(AssertionError):
        run(broken, UNTIL_BROKEN)
