"""What PostgreSQL says, and whose fault that is: the table in docs/failures.md, raised line by line."""

import re
from pathlib import Path

import pytest
from django.db import connection

from ingestor.todos.models import Todo
from ingestor.triage import Fault, condition_of, fault_of, reason_of, rule_of, sqlstate_of
from tests.fakes.events import an_event

FAILURES = Path(__file__).parents[3] / "docs" / "failures.md"
ROWS = re.findall(r"^\| ([0-9A-Z]{2,5}) \| .* \| (\w+) \|$", FAILURES.read_text(encoding="utf-8"), re.MULTILINE)
FAULTS = {"record": Fault.RECORD, "world": Fault.WORLD, "stop": Fault.UNKNOWN}


def raised(statement: str) -> Exception:
    with pytest.raises(Exception) as caught, connection.cursor() as cursor:  # noqa: PT011 any kind is examined
        cursor.execute(statement)
    return caught.value


def test_the_table_was_found() -> None:
    assert len(ROWS) == 18


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(("state", "fault"), ROWS)
def test_each_state_has_the_fault_that_the_table_says(state: str, fault: str) -> None:
    error = raised(f"DO $$ BEGIN RAISE SQLSTATE '{state.ljust(5, '0')}'; END $$")
    assert (sqlstate_of(error), fault_of(error)) == (state.ljust(5, "0"), FAULTS[fault])


@pytest.mark.usefixtures("database")
def test_a_missing_table_is_named_together_with_what_to_run() -> None:
    error = raised("SELECT 1 FROM no_such_table")
    assert fault_of(error) is Fault.WORLD
    assert 'relation "no_such_table" does not exist' in reason_of(error)
    assert reason_of(error).endswith("run: python -m ingestor migrate")


@pytest.mark.usefixtures("database")
def test_a_connection_that_the_server_ends_is_the_worlds_fault() -> None:
    error = raised("SELECT pg_terminate_backend(pg_backend_pid())")
    assert fault_of(error) is Fault.WORLD
    connection.close()


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("title", "condition", "rule"),
    [
        ("", "CheckViolation", "todo_title_not_empty"),
        ("SECRET" * 40, "StringDataRightTruncation", ""),
        ("SECRET\0", "NulInText", ""),
    ],
)
def test_what_the_table_refuses_is_said_without_the_value(title: str, condition: str, rule: str) -> None:
    event = an_event(title)
    with pytest.raises(Exception) as caught:  # noqa: PT011 any kind is examined
        Todo.objects.create(id=event.id, title=title, description="", owner="", create_time=event.create_time)
    assert fault_of(caught.value) is Fault.RECORD
    assert (condition_of(caught.value), rule_of(caught.value)) == (condition, rule)
