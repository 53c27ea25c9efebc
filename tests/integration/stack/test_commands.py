"""The commands as a user types them. Only PostgreSQL is started: the quickest, and all parts are treated alike."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg2
import pytest

from stack import Stack, topic
from stack.errors import TopicRefused
from stack.ports import free_ports

CHECKOUT = Path(__file__).parents[3]
DEADLINE_SECONDS = 20


@dataclass(frozen=True)
class Shell:
    """Runs commands of the stack in a state folder of its own."""

    environment: dict[str, str]
    state: Path
    port: int = field(default_factory=lambda: free_ports(1)[0])

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "stack", *arguments],
            cwd=CHECKOUT,
            env=self.variables() | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def variables(self) -> dict[str, str]:
        own = {"STACK_STATE_DIR": str(self.state), "STACK_POSTGRES_PORT": str(self.port)}
        return {**os.environ, **self.environment, **own}

    def status(self) -> dict[str, Any]:
        shown: dict[str, Any] = json.loads(self.run("status", "--json").stdout)
        return shown

    def postgres(self) -> dict[str, Any]:
        (line,) = (line for line in self.status()["services"] if line["name"] == "postgres")
        return dict(line)

    def supervisor(self) -> int:
        return int(json.loads((self.state / "record.json").read_text())["pid"])


@pytest.fixture(scope="module")
def kafka() -> Iterator[str]:
    with Stack.ephemeral(parts={"kafka"}) as stack:
        yield stack.addresses.kafka_bootstrap_servers


@pytest.fixture
def shell(kafka: str, tmp_path: Path) -> Iterator[Shell]:
    given = {"KAFKA_BOOTSTRAP_SERVERS": kafka, "SCHEMA_REGISTRY_URL": "http://127.0.0.1:1"}
    shell = Shell(given, tmp_path / "state")
    yield shell
    shell.run("reset", "--yes")


def wait_until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_up_leaves_a_stack_running_and_down_stops_it_and_keeps_its_rows(shell: Shell) -> None:
    up = shell.run("up")
    assert (up.returncode, up.stderr) == (0, "")
    url = f"postgresql://todo:todo@127.0.0.1:{shell.port}/todo"
    assert f"DATABASE_URL={url}" in up.stdout
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept ()")
    connection.close()
    pid = shell.postgres()["pid"]
    down = shell.run("down")
    assert (down.returncode, down.stdout) == (0, "the stack is stopped\n")
    assert not psutil.pid_exists(pid)
    assert shell.run("up").returncode == 0
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('kept')")
        assert cursor.fetchone() == ("kept",)
    connection.close()


def test_a_second_up_says_that_it_runs_already(shell: Shell) -> None:
    shell.run("up")
    supervisor = shell.supervisor()
    second = shell.run("up")
    assert (second.returncode, second.stdout.splitlines()[0]) == (0, "the stack already runs")
    assert shell.supervisor() == supervisor


def test_status_tells_what_runs_and_its_exit_code_whether_all_does(shell: Shell, kafka: str) -> None:
    assert shell.run("status").returncode == 3
    shell.run("up")
    assert shell.run("status").returncode == 0
    given, _registry, postgres = shell.status()["services"]
    assert (given["name"], given["state"], given["address"]) == ("kafka", "given by the environment", kafka)
    assert postgres["state"] == "running"
    assert psutil.Process(postgres["pid"]).name() == "postgres"
    assert Path(postgres["log"]).exists()
    assert postgres["since"].endswith("+00:00")
    psutil.Process(postgres["pid"]).kill()
    assert wait_until(lambda: shell.run("status").returncode == 3)
    assert shell.postgres()["state"] == "stopped"
    again = shell.run("up")
    assert again.returncode == 1
    assert again.stderr.startswith("error: postgres has died; start anew with: python -m stack down")


def test_everything_goes_when_the_supervisor_is_killed_and_comes_back_with_up(shell: Shell) -> None:
    shell.run("up")
    pid = shell.postgres()["pid"]
    os.kill(shell.supervisor(), signal.SIGKILL)
    assert wait_until(lambda: not psutil.pid_exists(pid))
    assert shell.status()["phase"] == "stopped"
    assert shell.run("up").returncode == 0
    assert shell.postgres()["state"] == "running"


def test_a_busy_port_is_one_line_that_says_who_and_what_to_do(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", shell.port)):
        up = shell.run("up")
    assert up.returncode == 1
    assert up.stderr.startswith(f"error: postgres needs port {shell.port}, but ")
    assert up.stderr.endswith("listens there; stop that process, or move ours with STACK_POSTGRES_PORT=<port>\n")
    assert up.stderr.count("\n") == 1


def test_a_part_that_dies_at_start_is_told_with_its_last_words(shell: Shell) -> None:
    assert shell.run("up").returncode == 0
    shell.run("down")
    (shell.state / "postgres" / "data" / "PG_VERSION").write_text("9.1\n")
    up = shell.run("up")
    assert up.returncode == 1
    first, *last_words = up.stderr.splitlines()
    assert first.startswith("error: postgres ended before it was ready. Its log, ")
    assert any("database files are incompatible with server" in line for line in last_words)
    assert "Traceback" not in up.stderr


def test_reset_asks_and_keeps_everything_without_a_yes(shell: Shell) -> None:
    shell.run("up")
    assert shell.run("reset").returncode != 0
    assert shell.postgres()["state"] == "running"
    assert shell.run("reset", "--yes").returncode == 0
    assert not shell.state.exists()


def test_an_ephemeral_stack_lives_until_its_command_is_stopped(shell: Shell) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "stack", "up", "--ephemeral"],
        cwd=CHECKOUT,
        env=shell.variables(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as command:
        assert command.stdout is not None
        lines = [command.stdout.readline().strip() for _ in range(3)]
        url = lines[-1].removeprefix("DATABASE_URL=")
        psycopg2.connect(url).close()
        command.send_signal(signal.SIGTERM)
        assert command.wait(DEADLINE_SECONDS) == 0
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(url)


def test_the_topic_command_creates_it_once(shell: Shell, kafka: str) -> None:
    topic = shell.run("topic")
    assert (topic.returncode, topic.stdout) == (0, f"topic todo-create exists on {kafka}\n")


def test_brokers_that_are_away_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topic, "TIMEOUT_SECONDS", 1)
    with pytest.raises(TopicRefused, match=r"127\.0\.0\.1:1 did not create the topic todo-create"):
        topic.create("127.0.0.1:1")
