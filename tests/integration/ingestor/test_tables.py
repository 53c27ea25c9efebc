"""What only PostgreSQL can show: statements, rows byte for byte, connections."""

import base64
import math
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from confluent_kafka import TIMESTAMP_CREATE_TIME, Message
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ingestor.consumer import Fetched
from ingestor.decoding import decoded
from ingestor.todos.batch import Batch, Move
from ingestor.todos.isolation import BadShareLimit
from ingestor.todos.models import DeadLetter, Todo
from ingestor.todos.offsets import Offsets
from ingestor.todos.store import TodoStore
from schemas.names import TOPIC
from tests.fakes.events import CREATED_AT, SCHEMA_ID, FakeRegistry, an_event, encoded
from tests.fakes.log import CREATED_AT_MILLISECONDS, TOPIC_ID, FakeLog

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def offsets() -> Offsets:
    return Offsets(TOPIC)


@pytest.fixture
def store(offsets: Offsets) -> TodoStore:
    return TodoStore(offsets, BadShareLimit())


def batch(offsets: Offsets, *values: bytes | None) -> Batch:
    """A batch of these values, at the beginning of partition 0."""
    log = FakeLog()
    records = [log.append(value) for value in values]
    moves = [Move(offsets.claim(TOPIC_ID, [0])[0], len(records))]
    return decoded(Fetched(records, moves), FakeRegistry().decoder())


def inserts(queries: CaptureQueriesContext) -> list[str]:
    return [query["sql"] for query in queries if query["sql"].startswith("INSERT")]


@pytest.mark.parametrize("size", [1, 5000])
def test_a_batch_is_one_insert_in_one_transaction(store: TodoStore, offsets: Offsets, size: int) -> None:
    prepared = batch(offsets, *(encoded(an_event(f"todo {number}")) for number in range(size)))
    with CaptureQueriesContext(connection) as queries:
        assert store.save(prepared).rows == size
    kinds = [query["sql"].split()[0] for query in queries]
    assert kinds == ["BEGIN", "UPDATE", "SAVEPOINT", "INSERT", "RELEASE", "COMMIT"]
    assert ("UNNEST" in inserts(queries)[0]) is (size > 1)


def test_a_row_holds_what_the_event_says_to_the_microsecond(store: TodoStore, offsets: Offsets) -> None:
    event = an_event("T\N{LATIN SMALL LETTER U WITH DIAERESIS}r", description="")
    store.save(batch(offsets, encoded(event)))
    assert Todo.objects.values_list().get() == (event.id, event.title, "", "", CREATED_AT)


@pytest.mark.parametrize("bad", [1, 5])
def test_isolating_bad_rows_costs_statements_by_the_logarithm(store: TodoStore, offsets: Offsets, bad: int) -> None:
    size = 5000
    values = [encoded(an_event("x" * 201 if number % (size // bad) == 77 else "good")) for number in range(size)]
    with CaptureQueriesContext(connection) as queries:
        stored = store.save(batch(offsets, *values))
    assert (stored.rows, len(stored.refusals)) == (size - bad, bad)
    into_todo = [sql for sql in inserts(queries) if '"todo"' in sql]
    assert len(into_todo) <= bad * (2 * math.ceil(math.log2(size)) + 1)
    assert Todo.objects.count() == size - bad


def test_a_pure_redelivery_costs_one_more_statement_and_is_not_reported(store: TodoStore, offsets: Offsets) -> None:
    values = [encoded(an_event(f"todo {number}")) for number in range(1000)]
    store.save(batch(offsets, *values))
    again = batch(offsets, *values)
    with CaptureQueriesContext(connection) as queries:
        stored = store.save(again)
    assert (stored.rows, stored.repeats, stored.refusals) == (0, 1000, [])
    assert len([query for query in queries if 'FROM "todo"' in query["sql"]]) == 1


def test_a_dead_letter_holds_the_record_byte_for_byte(store: TodoStore, offsets: Offsets) -> None:
    value = encoded(an_event("SECRET" * 40))
    store.save(batch(offsets, value))
    letter = DeadLetter.objects.get()
    assert (bytes(letter.key or b""), bytes(letter.value or b"")) == (b"key", value)
    assert [(name, base64.b64decode(text)) for name, text in letter.headers] == [
        ("ce_specversion", b"1.0"),
        ("odd", b"\xff"),
    ]
    assert letter.record_time == datetime.fromtimestamp(CREATED_AT_MILLISECONDS / 1000, UTC)
    assert (letter.topic, letter.topic_id, letter.partition, letter.offset) == (TOPIC, TOPIC_ID, 0, 0)
    assert (letter.schema_id, letter.stage, letter.error_class) == (SCHEMA_ID, "store", "StringDataRightTruncation")
    assert (letter.sqlstate, letter.times_seen) == ("22001", 1)
    assert letter.message == "the table refuses it: StringDataRightTruncation"


def test_a_dead_letter_that_is_delivered_again_is_counted_and_not_doubled(store: TodoStore, offsets: Offsets) -> None:
    for _ in range(3):
        store.save(batch(offsets, None))
    assert DeadLetter.objects.values_list("times_seen", "schema_id", "value").get() == (3, None, None)


@pytest.mark.parametrize("milliseconds", [-(2**63), -1, 2**63 - 1, 253402300800000])
def test_a_record_of_an_impossible_time_is_kept(store: TodoStore, offsets: Offsets, milliseconds: int) -> None:
    record = Message(topic=TOPIC, partition=0, offset=0, value=None, timestamp=(TIMESTAMP_CREATE_TIME, milliseconds))
    moves = [Move(offsets.claim(TOPIC_ID, [0])[0], 1)]
    store.save(decoded(Fetched([record], moves), FakeRegistry().decoder()))
    assert DeadLetter.objects.count() == 1


def test_a_connection_that_the_server_has_ended_meanwhile_is_replaced(store: TodoStore, offsets: Offsets) -> None:
    prepared = batch(offsets, encoded(an_event()))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    killer = connection.copy()
    with killer.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    killer.close()
    assert store.save(prepared).rows == 1


def test_every_model_has_its_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_ids_given_as_text_and_as_uuid_are_the_same_todo() -> None:
    todo_id = uuid4()
    for value in (todo_id, str(todo_id)):
        rows = [Todo(id=value, title="t", description="", owner="", create_time=CREATED_AT)]
        Todo.objects.bulk_create(rows, ignore_conflicts=True)
    assert Todo.objects.get(id=todo_id).title == "t"
