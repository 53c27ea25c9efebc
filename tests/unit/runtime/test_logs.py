"""Logs: an object a line for machines, a line for a person."""

import json
import logging

import pytest
import structlog

from runtime import logs
from runtime.logs import LogFormat


@pytest.fixture(autouse=True)
def put_back() -> object:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_ours_and_libraries_lines_are_json_objects(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(LogFormat.JSON)
    structlog.get_logger("ours").info("stored", rows=3)
    logging.getLogger("theirs").warning("%s is away", "broker")
    ours, theirs = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (ours["event"], ours["rows"], ours["level"], ours["logger"]) == ("stored", 3, "info", "ours")
    assert (theirs["event"], theirs["level"]) == ("broker is away", "warning")
    assert ours["timestamp"].endswith("Z")


def test_an_exception_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(LogFormat.JSON)
    try:
        raise ValueError("bad")
    except ValueError:
        structlog.get_logger("ours").exception("failed")
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["exception"][0]["exc_type"] == "ValueError"


def test_a_person_gets_a_line_without_braces(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(LogFormat.CONSOLE)
    structlog.get_logger("ours").info("stored", rows=3)
    line = capsys.readouterr().out
    assert "stored" in line
    assert "rows=3" in line
    assert "{" not in line


def test_lines_below_the_level_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(LogFormat.JSON, level="WARNING")
    structlog.get_logger("ours").info("quiet")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("log_format", [LogFormat.CONSOLE, LogFormat.JSON])
def test_an_exception_shows_no_local_variables(capsys: pytest.CaptureFixture[str], log_format: LogFormat) -> None:
    logs.configure(log_format)
    payload = "".join(("se", "cret"))
    try:
        raise ValueError("bad")
    except ValueError:
        structlog.get_logger("ours").exception("failed")
    said = capsys.readouterr().out
    assert "ValueError" in said
    assert payload not in said
