"""The straight way: `python -m ingestor ingest` as a user runs it."""

import threading
import time

import pytest
import structlog
from confluent_kafka import Consumer
from confluent_kafka.admin import AdminClient
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ingestor.backoff import Backoff
from ingestor.consumer import LogConsumer
from ingestor.health import Health
from ingestor.pipeline import Pipeline
from ingestor.report import Report
from ingestor.subscription import admin_options, consumer_options
from ingestor.todos.isolation import BadShareLimit
from ingestor.todos.offsets import Offsets
from ingestor.todos.store import TodoStore
from ingestor.topic import Topic
from schemas.names import TOPIC
from tests.fakes.events import FakeRegistry, an_event
from tests.integration.ingestor.database import point_django_at
from tests.integration.ingestor.house import House, until
from tests.processes import ServiceProcess


def _held(process: ServiceProcess) -> int:
    """How many partitions an instance holds, by what it has logged last."""
    held = [line["held"] for line in process.lines if "held" in line]
    return len(held[-1]) if held else 0


def test_a_todo_becomes_a_row_and_sigterm_commits_and_ends_with_0(house: House) -> None:
    events = [an_event(f"todo {number}") for number in range(20)]
    with house.ingestor() as ingestor:
        ingestor.logged("ready")
        house.produce(events)
        until(lambda: house.count() == 20, "20 rows")
        ingestor.terminate()
        assert ingestor.exit_code() == 0
        assert ingestor.logged("stopped")["rows"] == 20
    assert house.ids() == {event.id for event in events}
    assert house.group_offsets() == {number: at for number, at in house.offsets().items() if at > 0}


def test_records_that_wait_are_stored_from_the_earliest(house: House) -> None:
    house.produce(an_event() for _ in range(10))
    with house.ingestor():
        until(lambda: house.count() == 10, "10 rows")


def test_killed_in_the_middle_and_started_again_it_stores_each_todo_once(house: House) -> None:
    events = [an_event(f"todo {number}") for number in range(10_000)]
    house.produce(events)
    with house.ingestor(INGESTOR_BATCH_MAX_RECORDS="200") as first:
        until(lambda: house.stored_records() > 0, "the first batch")
        first.kill()
    stored_by_first = house.stored_records()
    assert 0 < stored_by_first < 10_000
    assert house.count() == stored_by_first
    with house.ingestor():
        house.until_stored(10_000)
    assert house.ids() == {event.id for event in events}
    assert house.count("dead_letter") == 0


def test_two_instances_share_the_partitions_and_what_one_leaves_the_other_takes(house: House) -> None:
    with house.ingestor() as first, house.ingestor() as second:
        until(lambda: _held(first) and _held(second) and _held(first) + _held(second) == 6, "both hold partitions")
        house.produce(an_event() for _ in range(600))
        house.until_stored(600)
        first.terminate()
        assert first.exit_code() == 0
        until(lambda: _held(second) == 6, "the other one holds all")
        house.produce(an_event() for _ in range(600))
        house.until_stored(1200)
        second.terminate()
        second.exit_code()
        both = [process.logged("stopped")["rows"] for process in (first, second)]
    assert min(both) > 0
    assert sum(both) == house.count() == 1200


def test_passes_without_records_send_the_database_nothing(house: House) -> None:
    point_django_at(house.url)
    offsets, logger = Offsets(TOPIC), structlog.stdlib.get_logger()
    options = consumer_options(house.environment)
    topic = Topic(AdminClient(admin_options(options)), TOPIC)
    consumer = LogConsumer(
        Consumer(options),
        topic,
        lambda partitions: offsets.claim(topic.id(), partitions),
        stopping=threading.Event(),
        clock=time.monotonic,
        batch_max_records=100,
    )
    pipeline = Pipeline(
        consumer,
        FakeRegistry().decoder(),
        TodoStore(offsets, BadShareLimit()),
        health=Health(logger, time.monotonic),
        backoff=Backoff(0.1, 1.0),
        report=Report(logger, shows_payloads=False),
        poll_timeout_seconds=0.05,
    )
    consumer.join()
    while len(consumer.positions) < 6:
        pipeline.run_pass()
    with CaptureQueriesContext(connection) as queries:
        for _ in range(5):
            pipeline.run_pass()
    consumer.close()
    connection.close()
    assert queries.captured_queries == []


def test_passes_never_meet_and_the_log_stays_quiet(house: House) -> None:
    with house.ingestor(INGESTOR_POLL_TIMEOUT_SECONDS="0.01") as ingestor:
        ingestor.logged("ready")
        house.produce(an_event() for _ in range(100))
        house.until_stored(100)
        ingestor.terminate()
        assert ingestor.exit_code() == 0
    assert {line["level"] for line in ingestor.lines} == {"info"}
    assert "maximum number of running instances" not in ingestor.text


def test_each_missing_part_is_named_with_what_to_run_and_nothing_needs_a_restart(house: House) -> None:
    bare = House.on(house.stack)
    bare.delete_topic()
    with bare.ingestor() as ingestor:
        said = ingestor.logged("waiting")["reason"]
        assert f"the topic {TOPIC} does not exist; run: python -m stack topic" in said
        assert "run: python -m ingestor migrate" in said
        bare.create_topic()
        bare.produce([an_event("patient")])
        with ServiceProcess(["ingestor", "migrate"], bare.environment) as migrate:
            assert migrate.exit_code() == 0
        ingestor.logged("ready")
        until(lambda: bare.count() == 1, "the row")


def test_parts_that_cannot_be_reached_are_named_by_their_setting_and_sigterm_still_works() -> None:
    nowhere = {
        "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "SCHEMA_REGISTRY_URL": "http://127.0.0.1:1",
        "DATABASE_URL": "postgresql://todo:secret-word@127.0.0.1:1/todo",
    }
    with ServiceProcess(["ingestor", "ingest"], nowhere) as ingestor:
        said = ingestor.logged("waiting")["reason"]
        for name in ("KAFKA_BOOTSTRAP_SERVERS", "http://127.0.0.1:1", "DATABASE_URL"):
            assert name in said
        ingestor.terminate()
        assert ingestor.exit_code() == 0
    assert "secret-word" not in ingestor.text


@pytest.mark.parametrize(
    ("command", "environment", "said"),
    [
        ("ingest", {}, "DATABASE_URL is not set"),
        ("migrate", {}, "DATABASE_URL is not set"),
        ("migrate", {"DATABASE_URL": "todo"}, "DATABASE_URL: not a database's address"),
        ("ingest", {"DATABASE_URL": "postgresql://h/d", "KAFKA_GROUP_ID": "mine"}, "KAFKA_GROUP_ID cannot be set"),
        ("ingest", {"DATABASE_URL": "postgresql://h/d", "KAFKA_LINGER": "1"}, "KAFKA_LINGER: "),
        ("ingest", {"INGESTOR_BATCH_MAX": "1"}, "INGESTOR_BATCH_MAX is not a setting; did you mean"),
    ],
)
def test_a_wrong_setting_is_one_line_that_names_it(command: str, environment: dict[str, str], said: str) -> None:
    with ServiceProcess(["ingestor", command], environment) as process:
        assert process.exit_code() == 2
    assert said in process.text
    assert len(process.raw) == 1


def test_a_database_that_is_away_is_one_line_for_a_command() -> None:
    away = {"DATABASE_URL": "postgresql://todo:secret-word@127.0.0.1:1/todo"}
    with ServiceProcess(["ingestor", "migrate"], away) as process:
        assert process.exit_code() == 1
    assert process.text.startswith("error: the database (DATABASE_URL) does not serve")
    assert len(process.raw) == 1


@pytest.mark.parametrize("command", ["--help", "check", "version"])
def test_commands_that_need_no_database_work_without_one(command: str) -> None:
    with ServiceProcess(["ingestor", command], {}) as process:
        assert process.exit_code() == 0
