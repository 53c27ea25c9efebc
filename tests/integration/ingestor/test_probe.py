"""What orchestrators hear of an ingestor."""

import json
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from typing import Any

import pytest
import structlog

from ingestor import probe
from ingestor.health import Health
from runtime.settings import InvalidSetting
from tests.fakes.clock import FakeClock
from tests.processes import ServiceProcess


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def health(clock: FakeClock) -> Health:
    return Health(structlog.stdlib.get_logger(), clock)


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind((probe.LOOPBACK, 0))
        number: int = free.getsockname()[1]
        return number


def get(port: int, path: str) -> tuple[int, dict[str, Any]]:
    try:
        with urllib.request.urlopen(f"http://{probe.LOOPBACK}:{port}{path}", timeout=10) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def test_an_ingestor_that_waits_is_alive_and_not_ready(health: Health, port: int) -> None:
    health.waits_for("no database")
    with probe.served(health, port):
        assert get(port, "/livez")[0] == 200
        assert get(port, "/readyz") == (
            503,
            {"serves": False, "waits_for": "no database", "since_progress_seconds": 0.0},
        )
        health.goes_on()
        assert get(port, "/readyz")[0] == 200


def test_a_pass_that_never_ends_is_not_alive(health: Health, clock: FakeClock, port: int) -> None:
    health.goes_on()
    with probe.served(health, port):
        clock.advance(probe.LONGEST_PASS_SECONDS)
        assert get(port, "/livez")[0] == 503
        health.goes_on()
        assert get(port, "/livez")[0] == 200


def test_a_busy_port_is_a_wrong_setting(health: Health, port: int) -> None:
    with (
        probe.served(health, port),
        pytest.raises(InvalidSetting, match="INGESTOR_HEALTH_PORT: cannot listen"),
        probe.served(health, port),
    ):
        pass


def asked(port: int, *options: str) -> int:
    with ServiceProcess(["ingestor", "health", *options], {"INGESTOR_HEALTH_PORT": str(port)}) as command:
        return command.exit_code()


def test_the_command_says_by_its_exit_code_whether_the_ingestor_serves(health: Health, port: int) -> None:
    assert asked(port) == 1
    with probe.served(health, port):
        assert (asked(port), asked(port, "--live")) == (1, 0)
        health.goes_on()
        assert (asked(port), asked(port, "--live")) == (0, 0)


def test_the_command_names_the_setting_that_it_needs() -> None:
    done = subprocess.run([sys.executable, "-m", "ingestor", "health"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "INGESTOR_HEALTH_PORT is not set" in done.stderr
    assert "Traceback" not in done.stderr
