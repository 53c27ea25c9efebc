"""One pass after another, on a log and tables in memory."""

import gc
from dataclasses import dataclass, field

import pytest
import structlog
from structlog.testing import capture_logs

from ingestor.backoff import Backoff
from ingestor.errors import BrokersUnavailable, LooksLikeBadDeploy
from ingestor.health import Health
from ingestor.pipeline import PROBE_SECONDS, Pipeline
from ingestor.report import Report
from tests.fakes.clock import FakeClock
from tests.fakes.events import FakeRegistry, an_event, encoded
from tests.fakes.log import FakeConsumer, FakeLog
from tests.fakes.store import FakeStore, FakeTables


@dataclass
class Instance:
    """One ingestor of perhaps several that share a log and tables."""

    log: FakeLog = field(default_factory=FakeLog)
    tables: FakeTables = field(default_factory=FakeTables)
    registry: FakeRegistry = field(default_factory=FakeRegistry)

    def __post_init__(self) -> None:
        self.store = FakeStore(self.tables)
        self.consumer = FakeConsumer(self.log, lambda partitions: self.store.claim(self.log.topic_id, partitions))
        self.consumer.assign(*self.log.partitions)
        logger = structlog.stdlib.get_logger()
        self.health = Health(logger, FakeClock())
        self.report = Report(logger, shows_payloads=False)
        self.pipeline = Pipeline(
            self.consumer,
            self.registry.decoder(),
            self.store,
            health=self.health,
            backoff=Backoff(1.0, 8.0, chance=lambda: 1.0),
            report=self.report,
            poll_timeout_seconds=10.0,
        )

    @property
    def titles(self) -> list[str]:
        return sorted(todo.title for todo in self.tables.todos.values())


def test_each_record_becomes_a_row_and_the_group_is_told_afterwards() -> None:
    instance = Instance()
    for number in range(3):
        instance.log.append(encoded(an_event(f"todo {number}")), partition=number % 2)
    instance.pipeline.run_pass()
    assert instance.titles == ["todo 0", "todo 1", "todo 2"]
    assert instance.log.group_offsets == {0: 2, 1: 1}
    assert instance.health.serves


def test_a_pass_without_records_asks_the_store_for_nothing() -> None:
    instance = Instance()
    instance.pipeline.run_pass()
    instance.store.failure = AssertionError("the store was asked")
    instance.pipeline.run_pass()
    assert instance.tables.todos == {}


def test_undecodable_records_become_dead_letters_beside_the_rows() -> None:
    instance = Instance()
    instance.log.append(encoded(an_event("good")))
    instance.log.append(None)
    instance.log.append(b"\x01junk")
    instance.pipeline.run_pass()
    assert instance.titles == ["good"]
    assert [letter.error_class for letter in instance.tables.dead_letters.values()] == ["NotConfluentFraming"] * 2
    assert instance.report.totals == {"rows": 1, "repeats": 0, "decode": 2}


@pytest.mark.parametrize("failing", ["store", "registry"])
def test_a_fault_of_the_world_loses_nothing_and_blames_no_record(failing: str) -> None:
    instance = Instance()
    instance.log.append(encoded(an_event("patient")))
    if failing == "store":
        instance.store.failure = BrokersUnavailable("away")
    else:
        instance.registry.is_away = True
    for _ in range(5):
        instance.pipeline.run_pass()
    assert not instance.health.serves
    assert instance.consumer.idled_seconds == [1.0, 2.0, 4.0, 8.0, 8.0]
    assert (instance.tables.todos, instance.tables.dead_letters) == ({}, {})

    instance.store.failure = None
    instance.registry.is_away = False
    instance.pipeline.run_pass()
    assert instance.titles == ["patient"]
    assert instance.health.serves


def test_the_first_poll_after_a_fault_is_short() -> None:
    instance = Instance()
    waited = []
    take = instance.consumer.take

    def recorded(timeout_seconds: float) -> object:
        waited.append(timeout_seconds)
        return take(timeout_seconds)

    instance.consumer.take = recorded  # type: ignore[method-assign,assignment]
    instance.store.failure = BrokersUnavailable("away")
    instance.pipeline.run_pass()
    instance.store.failure = None
    instance.pipeline.run_pass()
    instance.pipeline.run_pass()
    assert waited == [PROBE_SECONDS, PROBE_SECONDS, 10.0]


def test_a_zombie_writes_nothing_and_reads_on_from_where_the_others_are() -> None:
    log, tables = FakeLog(partitions=1), FakeTables()
    zombie, heir = Instance(log, tables), Instance(log, tables)
    log.append(encoded(an_event("first")))
    zombie.pipeline.run_pass()
    log.append(encoded(an_event("second")))
    asleep = zombie.consumer.take(1.0)  # it has the record in hand, and sleeps
    heir.pipeline.run_pass()
    zombie.consumer.take = lambda timeout_seconds: asleep  # type: ignore[method-assign]
    zombie.pipeline.run_pass()
    del zombie.consumer.take
    assert zombie.titles == ["first", "second"]
    log.append(encoded(an_event("third")))
    zombie.pipeline.run_pass()
    assert tables.offsets[0].offset == 3


def test_a_topic_that_was_made_again_is_read_from_its_beginning() -> None:
    instance = Instance()
    repeated = encoded(an_event("old"))
    instance.log.append(repeated)
    instance.pipeline.run_pass()
    instance.log.make_again()
    for value in (repeated, encoded(an_event("new"))):
        instance.log.append(value)
    instance.pipeline.run_pass()
    assert instance.titles == ["new", "old"]
    assert instance.tables.offsets[0].topic_id == instance.log.topic_id


def test_a_batch_that_is_mostly_bad_stops_the_process_before_anything_is_written() -> None:
    instance = Instance()
    for number in range(100):
        instance.log.append(b"\x01junk" if number < 51 else encoded(an_event()))
    with pytest.raises(LooksLikeBadDeploy, match="INGESTOR_BAD_SHARE_LIMIT"):
        instance.pipeline.run_pass()
    assert (instance.tables.todos, instance.tables.dead_letters, instance.log.group_offsets) == ({}, {}, {})


def test_an_error_of_no_known_kind_is_raised_and_not_guessed_at() -> None:
    instance = Instance()
    instance.log.append(encoded(an_event()))
    instance.store.failure = LookupError("never seen")
    with pytest.raises(LookupError):
        instance.pipeline.run_pass()
    assert instance.tables.dead_letters == {}
    assert gc.isenabled()


def test_no_log_line_shows_what_a_record_holds() -> None:
    instance = Instance()
    todo = an_event("SECRET")
    instance.log.append(b"\x01SECRET")
    instance.log.append(encoded(an_event("SECRET" * 40)))
    instance.log.append(encoded(todo))
    instance.log.append(encoded(an_event("SECRET too", todo_id=todo.id)))
    with capture_logs() as lines:
        instance.pipeline.run_pass()
    assert [line["reasons"] for line in lines if "reasons" in line] == [
        {"NotConfluentFraming": 1, "ValueError": 1},
        {"PayloadDiffers": 1},
    ]
    assert "SECRET" not in str(lines)
