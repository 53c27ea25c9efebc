"""Our services as a user runs them: as processes, seen through their logs and their ports."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Self

_START_SECONDS: Final = 60.0


class ServiceProcess:
    """`python -m MODULE ...` with its log lines, parsed, in memory."""

    def __init__(self, command: list[str], environment: Mapping[str, str]) -> None:
        self.lines: list[dict[str, Any]] = []
        self.raw: list[str] = []
        self._changed = threading.Condition()
        self._process = subprocess.Popen(
            [sys.executable, "-m", *command],
            env={**_inherited(), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def text(self) -> str:
        """All that the process has printed."""
        return "".join(self.raw)

    def logged(self, event: str, saying: str = "", timeout_seconds: float = _START_SECONDS) -> dict[str, Any]:
        """The first log line with this event and these words, waited for.

        Fails with all that was printed when none comes.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._find(event, saying) or not self._reader.is_alive(), timeout_seconds)
        line = self._find(event, saying)
        assert line is not None, f"no {event!r} was logged in {timeout_seconds} s:\n{self.text}"
        return line

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def freeze(self) -> None:
        """Let it do nothing from now on, and not even notice."""
        self._process.send_signal(signal.SIGSTOP)

    def exit_code(self, timeout_seconds: float = _START_SECONDS) -> int:
        """Wait for the end."""
        code = self._process.wait(timeout_seconds)
        self._reader.join()
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self.kill()
        self._reader.join()

    def _find(self, event: str, saying: str) -> dict[str, Any] | None:
        return next((line for line in self.lines if line.get("event") == event and saying in str(line)), None)

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as output:
            for text in output:
                with self._changed:
                    self.raw.append(text)
                    if text.startswith("{"):
                        self.lines.append(json.loads(text))
                    self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()


def deploy(environment: Mapping[str, str]) -> None:
    """Register the schema and migrate the tables, by our commands."""
    for command in (["schemas", "register"], ["ingestor", "migrate"]):
        with ServiceProcess(command, environment) as process:
            assert process.exit_code() == 0, process.text


@contextmanager
def gateway(environment: Mapping[str, str]) -> Iterator[tuple[ServiceProcess, str]]:
    """A gateway on a free port, serving, with its address."""
    with ServiceProcess(["gateway"], {"GATEWAY_PORT": "0", **environment}) as process:
        yield process, f"127.0.0.1:{process.logged('serving')['port']}"


@contextmanager
def ingestor(environment: Mapping[str, str]) -> Iterator[ServiceProcess]:
    """An ingestor that holds partitions."""
    with ServiceProcess(["ingestor", "ingest"], environment) as process:
        process.logged("partitions assigned")
        yield process


def _inherited() -> dict[str, str]:
    ours = ("GATEWAY_", "INGESTOR_", "KAFKA_", "SCHEMA_REGISTRY_", "DATABASE_URL")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}
