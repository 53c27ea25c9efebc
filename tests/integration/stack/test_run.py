"""`python -m stack run` with stand-ins for the two services; the real ones are started so by the e2e tests."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from stack import Stack

CHECKOUT = Path(__file__).parents[3]
DEADLINE_SECONDS = 20
SERVICE = """
import signal, sys, time
def end(*_):
    print(sys.argv[1], "ends in order", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print(sys.argv[1], "says hello", flush=True)
time.sleep(float(sys.argv[2]))
sys.exit("lost its mind")
"""
RUN = """
import sys
from pathlib import Path
from stack import commands, programs
from stack.service import Blueprint

def stand_in(name, address, seconds, logs):
    command = (sys.executable, "-c", {service!r}, name, seconds)
    log = logs / (name + ".log")
    return Blueprint(name, address, command, Path.cwd(), log, is_ready=lambda: "says hello" in log.read_text())

programs.STEPS = (programs.Step("preparing", {step!r}),)
programs.blueprints = lambda addresses, environment, logs: (
    stand_in("gateway", "localhost:50051", "600", logs), stand_in("ingestor", "", {seconds!r}, logs)
)
sys.argv = ["stack", "run"]
sys.exit(commands.execute())
"""
WORKS = ("this",)
FAILS = ("no_such_module",)


@pytest.fixture(scope="module")
def kafka() -> Iterator[str]:
    with Stack.ephemeral(parts={"kafka"}) as stack:
        yield stack.addresses.kafka_bootstrap_servers


class Run:
    """A running `run`, its output so far, and its state folder."""

    def __init__(self, kafka: str, state: Path, *, step: tuple[str, ...] = WORKS, seconds: str = "600") -> None:
        given = {"KAFKA_BOOTSTRAP_SERVERS": kafka, "SCHEMA_REGISTRY_URL": "http://r", "DATABASE_URL": "postgresql://d"}
        self.output = ""
        self.logs = state / "logs"
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUN.format(service=SERVICE, step=step, seconds=seconds)],
            cwd=CHECKOUT,
            env={**os.environ, **given, "STACK_STATE_DIR": str(state)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def read_until(self, words: str) -> None:
        assert self.process.stdout is not None
        while words not in self.output:
            line = self.process.stdout.readline()
            assert line, f"ended without {words!r}: {self.output}"
            self.output += line

    def read_until_both_run(self) -> None:
        for name in ("gateway", "ingestor"):
            self.read_until(f"{name} says hello")

    def end(self) -> int:
        assert self.process.stdout is not None
        code = self.process.wait(DEADLINE_SECONDS)
        self.output += self.process.stdout.read()
        self.process.stdout.close()
        return code


def test_it_shows_addresses_then_the_line_to_copy_then_the_logs(kafka: str, tmp_path: Path) -> None:
    run = Run(kafka, tmp_path)
    run.read_until_both_run()
    run.process.terminate()
    assert run.end() == 0
    order = ["preparing", "starting gateway", kafka, "localhost:50051", "grpcurl -plaintext -d ", "gateway  | gateway"]
    positions = [run.output.index(words) for words in order]
    assert positions == sorted(positions)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_all_in_order_with_exit_code_zero(kafka: str, tmp_path: Path, number: signal.Signals) -> None:
    run = Run(kafka, tmp_path)
    run.read_until_both_run()
    family = psutil.Process(run.process.pid).children(recursive=True)
    run.process.send_signal(number)
    assert run.end() == 0
    assert run.output.endswith("stopping\nstopped\n")
    for name in ("gateway", "ingestor"):
        assert (run.logs / f"{name}.log").read_text().endswith(f"{name} ends in order\n")
    assert not any(process.is_running() for process in family)


def test_a_service_that_ends_by_itself_stops_all_with_its_last_words(kafka: str, tmp_path: Path) -> None:
    run = Run(kafka, tmp_path, seconds="2")
    assert run.end() == 1
    log = re.escape(str(run.logs / "ingestor.log"))
    assert re.search(
        rf"error: ingestor ended by itself. Its log, {log}, ends with:\n.*\n    lost its mind\n$", run.output
    )
    assert (run.logs / "gateway.log").read_text().endswith("gateway ends in order\n")
    assert "Traceback" not in run.output


def test_a_step_that_fails_is_told_with_its_last_words(kafka: str, tmp_path: Path) -> None:
    run = Run(kafka, tmp_path, step=FAILS)
    assert run.end() == 1
    assert "error: python -m no_such_module failed (exit code 1). It says:\n" in run.output
    assert run.output.endswith("No module named no_such_module\n")


def test_nothing_is_left_when_it_is_killed(kafka: str, tmp_path: Path) -> None:
    run = Run(kafka, tmp_path)
    run.read_until_both_run()
    family = psutil.Process(run.process.pid).children(recursive=True)
    run.process.kill()
    run.end()
    deadline = time.monotonic() + DEADLINE_SECONDS
    while any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in family):
        assert time.monotonic() < deadline
        time.sleep(0.02)
