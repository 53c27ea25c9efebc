"""`make demo`, beside `make run`: create a few todos over gRPC and watch them arrive as rows.

Shows how a Python client is written, retries included: a retry with the same request_id never makes a second todo.
"""

import json
import os
import subprocess
import sys
import time
import uuid
from typing import Any, Final

import grpc
import psycopg2
from rich.console import Console
from rich.table import Table

from todo.v1 import todo_service_pb2 as pb
from todo.v1 import todo_service_pb2_grpc as pb_grpc

TITLES: Final = ("Buy milk", "Water the plants", "Call grandmother", "Mend the bicycle", "Read a book")
DEADLINE_SECONDS: Final = 10.0


def main() -> int:
    """Create, wait, show; returns the exit code."""
    console = Console()
    database_url = os.environ.get("DATABASE_URL") or _addresses_of_the_running_stack().get("database_url", "")
    gateway = f"localhost:{os.environ.get('GATEWAY_PORT', '50051')}"
    if not database_url:
        console.print("No stack runs in this checkout. Start one in another terminal: make run")
        return 1
    table = Table("title", "id", "OK after", "row after", title="CreateTodo, then SELECT")
    connection = psycopg2.connect(database_url)
    connection.autocommit = True
    with grpc.insecure_channel(gateway) as channel, connection.cursor() as cursor:
        todos = pb_grpc.TodoServiceStub(channel)
        for title in TITLES:
            request = pb.CreateTodoRequest(todo=pb.Todo(title=title), request_id=uuid.uuid4().hex)
            began = time.monotonic()
            try:
                created = todos.CreateTodo(request, timeout=DEADLINE_SECONDS, wait_for_ready=True).todo
            except grpc.RpcError as error:
                console.print(f"The gateway at {gateway} answers {error.code().name}: {error.details()}")
                return 1
            acknowledged = time.monotonic()
            if not _row_arrives(cursor, created.id, acknowledged + DEADLINE_SECONDS):
                console.print(f"{created.id} is not a row after {DEADLINE_SECONDS:.0f} s; does the ingestor run?")
                return 1
            stored = time.monotonic()
            table.add_row(title, created.id, _milliseconds(acknowledged - began), _milliseconds(stored - began))
    connection.close()
    console.print(table)
    return 0


def _row_arrives(cursor: Any, todo_id: str, deadline: float) -> bool:  # noqa: ANN401 a DB-API cursor
    while time.monotonic() < deadline:
        cursor.execute("SELECT 1 FROM todo WHERE id = %s", (todo_id,))
        if cursor.fetchone():
            return True
        time.sleep(0.002)
    return False


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def _addresses_of_the_running_stack() -> dict[str, str]:
    status = subprocess.run(
        [sys.executable, "-m", "stack", "status", "--json"], capture_output=True, text=True, check=False
    )
    if status.returncode != 0:
        return {}
    addresses: dict[str, str] = json.loads(status.stdout)["addresses"]
    return addresses


if __name__ == "__main__":
    sys.exit(main())
