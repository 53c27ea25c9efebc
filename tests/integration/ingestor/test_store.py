"""One suite for the tables in memory and for those in PostgreSQL."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import pytest
from confluent_kafka import Message

from ingestor.consumer import Fetched
from ingestor.decoding import decoded
from ingestor.errors import LooksLikeBadDeploy, Superseded
from ingestor.todos.batch import Move, Stored
from ingestor.todos.isolation import BadShareLimit
from ingestor.todos.models import DeadLetter, IngestOffset, Todo
from ingestor.todos.offsets import Offsets
from ingestor.todos.store import TodoStore
from schemas.events import TodoCreated
from schemas.names import TOPIC
from schemas.position import LogPosition
from tests.fakes.events import FakeRegistry, an_event, encoded
from tests.fakes.log import TOPIC_ID, FakeLog
from tests.fakes.store import FakeStore

Claim = Callable[[UUID, list[int]], dict[int, LogPosition]]


@dataclass
class Bench:
    """A store under test, and what its tables hold."""

    store: TodoStore | FakeStore
    claim: Claim
    rows: Callable[[], dict[UUID, str]]
    letters: Callable[[], list[tuple[int, int, str]]]
    offsets: Callable[[], dict[int, tuple[UUID, int]]]

    def __post_init__(self) -> None:
        self.log = FakeLog(partitions=2)
        self.decoder = FakeRegistry().decoder()

    def save(self, *records: Message, expected: dict[int, LogPosition] | None = None) -> Stored:
        """Store records as one batch that begins where the table stands, or where `expected` says."""
        spans = {record.partition() or 0: record.offset() or 0 for record in records}
        positions = self.claim(TOPIC_ID, sorted(spans)) if expected is None else expected
        moves = [Move(positions[number], last + 1) for number, last in spans.items()]
        return self.store.save(decoded(Fetched(records, moves), self.decoder))

    def append(self, *events: TodoCreated, partition: int = 0) -> list[Message]:
        return [self.log.append(encoded(event), partition) for event in events]


def fake() -> Bench:
    store = FakeStore()
    tables = store.tables
    return Bench(
        store,
        store.claim,
        lambda: {todo.id: todo.title for todo in tables.todos.values()},
        lambda: sorted((at[1], at[2], letter.stage.value) for at, letter in tables.dead_letters.items()),
        lambda: {number: (at.topic_id, at.offset) for number, at in tables.offsets.items()},
    )


def real() -> Bench:
    offsets = Offsets(TOPIC)
    return Bench(
        TodoStore(offsets, BadShareLimit()),
        offsets.claim,
        lambda: dict(Todo.objects.values_list("id", "title")),
        lambda: sorted(DeadLetter.objects.values_list("partition", "offset", "stage")),
        lambda: {row.partition: (row.topic_id, row.next_offset) for row in IngestOffset.objects.all()},
    )


@pytest.fixture(params=["fake", "real"])
def bench(request: pytest.FixtureRequest) -> Bench:
    if request.param == "fake":
        return fake()
    request.getfixturevalue("database")
    return real()


def test_a_batch_becomes_rows_and_moves_its_partitions(bench: Bench) -> None:
    first, second, third = an_event("first"), an_event("second"), an_event("third")
    records = [*bench.append(first, second), *bench.append(third, partition=1)]
    assert bench.save(*records) == Stored(rows=3, repeats=0, refusals=[])
    assert bench.rows() == {first.id: "first", second.id: "second", third.id: "third"}
    assert bench.offsets() == {0: (TOPIC_ID, 2), 1: (TOPIC_ID, 1)}


def test_a_partition_without_a_position_begins_at_its_beginning(bench: Bench) -> None:
    assert bench.claim(TOPIC_ID, [0, 1]) == {n: LogPosition(TOPIC_ID, n, 0) for n in (0, 1)}
    assert bench.offsets() == {0: (TOPIC_ID, 0), 1: (TOPIC_ID, 0)}


def test_redelivered_batch_leaves_one_row_per_todo(bench: Bench) -> None:
    event = an_event()
    bench.save(*bench.append(event))
    assert bench.save(*bench.append(event, event)) == Stored(rows=0, repeats=2, refusals=[])
    assert bench.rows() == {event.id: event.title}
    assert bench.letters() == []


def test_the_first_payload_of_an_id_stays_and_the_other_is_kept_as_a_dead_letter(bench: Bench) -> None:
    first = an_event("first")
    bench.save(*bench.append(first))
    stored = bench.save(*bench.append(an_event("second", todo_id=first.id), an_event("other")))
    assert (stored.rows, stored.repeats) == (1, 1)
    assert [refusal.error_class for refusal in stored.refusals] == ["PayloadDiffers"]
    assert bench.rows()[first.id] == "first"
    assert bench.letters() == [(0, 1, "identity")]


def test_two_payloads_of_an_id_in_one_batch_leave_the_first(bench: Bench) -> None:
    first = an_event("first")
    bench.save(*bench.append(first, an_event("second", todo_id=first.id)))
    assert bench.rows() == {first.id: "first"}
    assert bench.letters() == [(0, 1, "identity")]


def test_a_retry_that_was_accepted_later_is_no_conflict(bench: Bench) -> None:
    first = an_event()
    later = TodoCreated(first.id, first.title, first.description, first.owner, first.create_time.replace(year=2027))
    bench.save(*bench.append(first))
    assert bench.save(*bench.append(later)) == Stored(rows=0, repeats=1, refusals=[])
    assert bench.letters() == []


def test_a_batch_from_a_position_that_has_moved_leaves_nothing_behind(bench: Bench) -> None:
    asleep = bench.claim(TOPIC_ID, [0, 1])
    stored, late = an_event("stored"), an_event("late")
    bench.save(*bench.append(stored))
    records = [*bench.append(late, partition=1), bench.log.append(b"junk"), *bench.append(an_event("too"))]
    with pytest.raises(Superseded):
        bench.save(*records, expected=asleep)
    assert bench.rows() == {stored.id: "stored"}
    assert bench.letters() == []
    assert bench.offsets() == {0: (TOPIC_ID, 1), 1: (TOPIC_ID, 0)}


def test_positions_of_an_earlier_topic_of_the_name_begin_anew(bench: Bench) -> None:
    bench.save(*bench.append(an_event(), an_event()))
    asleep = bench.claim(TOPIC_ID, [0])
    remade = UUID(int=TOPIC_ID.int + 1)
    assert bench.claim(remade, [0]) == {0: LogPosition(remade, 0, 0)}
    with pytest.raises(Superseded):
        bench.save(*bench.append(an_event()), expected=asleep)
    assert bench.offsets() == {0: (remade, 0)}


def test_each_bad_record_becomes_one_dead_letter_and_each_good_one_a_row(bench: Bench) -> None:
    good = [an_event(f"good {number}") for number in range(4)]
    records = bench.append(good[0], an_event("x" * 201), good[1], an_event("nul \0"), good[2], an_event(""))
    records += [bench.log.append(None), bench.log.append(b"\x01"), *bench.append(good[3])]
    stored = bench.save(*records)
    assert (stored.rows, stored.repeats, len(stored.refusals)) == (4, 0, 5)
    assert bench.rows() == {event.id: event.title for event in good}
    assert bench.letters() == [(0, 1, "store"), (0, 3, "store"), (0, 5, "store"), (0, 6, "decode"), (0, 7, "decode")]


def test_limits_count_characters_and_not_bytes(bench: Bench) -> None:
    event = an_event("\N{GRINNING FACE}" * 200, description="\N{LATIN SMALL LETTER E WITH ACUTE}" * 4000)
    assert bench.save(*bench.append(event)).rows == 1
    assert bench.rows() == {event.id: event.title}


@pytest.mark.parametrize("kind", ["undecodable", "unstorable"])
def test_a_batch_that_is_mostly_bad_is_not_written(bench: Bench, kind: str) -> None:
    records = bench.append(*(an_event() for _ in range(49)))
    for _ in range(51):
        records.append(bench.log.append(b"junk" if kind == "undecodable" else encoded(an_event("x" * 201))))
    with pytest.raises(LooksLikeBadDeploy):
        bench.save(*records)
    assert (bench.rows(), bench.letters(), bench.offsets()) == ({}, [], {0: (TOPIC_ID, 0)})


def test_a_small_batch_may_be_bad_altogether(bench: Bench) -> None:
    stored = bench.save(*(bench.log.append(b"junk") for _ in range(99)))
    assert len(stored.refusals) == len(bench.letters()) == 99
