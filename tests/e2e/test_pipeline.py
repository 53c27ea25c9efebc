"""From a client's call to a row: exactly one, whatever is killed in between."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import grpc
import pytest
from psycopg2 import extensions

from stack import Stack
from tests import processes
from tests.reflection import ReflectionClient
from tests.waiting import until

TODOS = 10_000
CONCURRENCY = 64


def by_reflection(address: str, todo: dict[str, str]) -> dict[str, Any]:
    client = ReflectionClient(address)
    answer = client.create_todo(todo)
    client.close()
    return answer


def by_grpcurl(address: str, todo: dict[str, str]) -> dict[str, Any]:
    call = ["grpcurl", "-plaintext", "-d", json.dumps({"todo": todo}), address, "todo.v1.TodoService/CreateTodo"]
    answer: dict[str, Any] = json.loads(subprocess.run(call, capture_output=True, check=True, timeout=60).stdout)
    return answer


CLIENTS = [by_reflection, *([by_grpcurl] if shutil.which("grpcurl") else [])]


@pytest.fixture(scope="module")
def gateway(environment: dict[str, str]) -> Iterator[str]:
    with processes.gateway(environment) as (process, address):
        yield address
        process.terminate()
        assert process.exit_code() == 0, process.text


def row_of(database: extensions.cursor, todo_id: str) -> tuple[Any, ...] | None:
    database.execute("SELECT title, description, owner, create_time FROM todo WHERE id = %s", (todo_id,))
    return database.fetchone()


def rows_of(database: extensions.cursor, prefix: str) -> dict[UUID, str]:
    database.execute("SELECT id, title FROM todo WHERE title LIKE %s", (prefix + "%",))
    return {UUID(str(row_id)): title for row_id, title in database.fetchall()}


@pytest.mark.parametrize("create", CLIENTS)
def test_a_todo_that_was_answered_ok_becomes_its_row(
    create: Callable[[str, dict[str, str]], dict[str, Any]],
    gateway: str,
    environment: dict[str, str],
    database: extensions.cursor,
) -> None:
    with processes.ingestor(environment) as ingestor:
        todo = create(gateway, {"title": "Buy milk 🥛", "description": "2 l"})["todo"]
        row = until(lambda: row_of(database, todo["id"]))
        assert row == ("Buy milk 🥛", "2 l", "", datetime.fromisoformat(todo["create_time"]))
        ingestor.terminate()
        assert ingestor.exit_code() == 0, ingestor.text


def test_ten_thousand_todos_are_ten_thousand_rows_though_the_ingestor_is_killed(
    gateway: str, environment: dict[str, str], database: extensions.cursor
) -> None:
    prefix = f"{uuid4()} "
    client = ReflectionClient(gateway)
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        with processes.ingestor(environment) as ingestor:
            calls = [pool.submit(client.create_todo, {"title": f"{prefix}{number}"}) for number in range(TODOS)]
            until(lambda: len(rows_of(database, prefix)) >= TODOS // 10)
            ingestor.kill()
        assert len(rows_of(database, prefix)) < TODOS
        with processes.ingestor(environment) as ingestor:
            acknowledged = {UUID(call.result()["todo"]["id"]) for call in calls}
            until(lambda: len(rows_of(database, prefix)) >= TODOS, timeout_seconds=120)
            ingestor.terminate()
            assert ingestor.exit_code() == 0, ingestor.text
            assert "maximum number of running instances" not in ingestor.text
    client.close()
    rows = rows_of(database, prefix)
    assert rows.keys() == acknowledged
    assert len(rows) == len(set(rows.values())) == TODOS


def test_two_ingestors_share_the_partitions_and_store_each_todo_once(
    gateway: str, environment: dict[str, str], database: extensions.cursor
) -> None:
    prefix = f"{uuid4()} "
    client = ReflectionClient(gateway)
    with processes.ingestor(environment), processes.ingestor(environment):
        ids = {UUID(client.create_todo({"title": f"{prefix}{number}"})["todo"]["id"]) for number in range(200)}
        until(lambda: len(rows_of(database, prefix)) >= len(ids))
    client.close()
    assert rows_of(database, prefix).keys() == ids


def test_ok_comes_only_after_the_brokers_have_the_todo(
    own_stack: Stack, gateway: str, environment: dict[str, str], database: extensions.cursor
) -> None:
    prefix = f"{uuid4()} "
    client = ReflectionClient(gateway)
    broker = own_stack.service("kafka-1")
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        broker.kill()
        calls: list[Future[dict[str, Any]]] = [
            pool.submit(client.create_todo, {"title": f"{prefix}{number}"}, timeout=3) for number in range(CONCURRENCY)
        ]
        statuses = {call.exception().code() for call in calls}  # type: ignore[union-attr]
    assert statuses == {grpc.StatusCode.DEADLINE_EXCEEDED}
    broker.start()
    acknowledged = UUID(client.create_todo({"title": f"{prefix}after"}, timeout=60)["todo"]["id"])
    client.close()
    with processes.ingestor(environment):
        until(lambda: acknowledged in rows_of(database, prefix))
