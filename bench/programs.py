"""Programs of ours that are measured: started as their users start them, ended with SIGTERM."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

_STOP_SECONDS: Final = 30
_SETTINGS: Final = ("GATEWAY_", "INGESTOR_", "KAFKA_", "SCHEMA_REGISTRY_", "DATABASE_")


class ProgramFailed(Exception):
    """A program did not do what it was started for. The message ends with what it printed."""


@contextmanager
def running(*arguments: str, environment: Mapping[str, str]) -> Iterator["subprocess.Popen[str]"]:
    """`python -m ...` while the block runs, with its output on a pipe and none of this shell's settings of ours."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_SETTINGS)}
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        env={**inherited, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.communicate(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def run(*arguments: str, environment: Mapping[str, str]) -> str:
    """Run `python -m ...` to its end and give what it printed.

    Raises:
        ProgramFailed: it ended with another exit code than 0.
    """
    with running(*arguments, environment=environment) as process:
        printed, _ = process.communicate()
    if process.returncode:
        raise ProgramFailed(f"python -m {' '.join(arguments)} failed:\n{printed}")
    return printed


def logged(process: "subprocess.Popen[str]", event: str) -> dict[str, Any]:
    """Wait for a JSON log line with this event.

    Raises:
        ProgramFailed: the program ended before it came.
    """
    printed: list[str] = []
    assert process.stdout is not None  # noqa: S101 tells the type
    for text in process.stdout:
        printed.append(text)
        line = json.loads(text) if text.startswith("{") else {}
        if line.get("event") == event:
            return dict(line)
    raise ProgramFailed(f"a program ended before it said {event!r}:\n{''.join(printed)}")
