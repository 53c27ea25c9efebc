"""One child process that serves: started, awaited, stopped, and hurt in tests."""

import contextlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psutil

from stack.errors import DiedAtStart, NotReadyInTime
from stack.identity import OWN, Identity
from stack.logfile import LogFile
from stack.nursery import Nursery
from stack.ports import require_free

POLL_SECONDS: Final = 0.05
RETRY_SECONDS: Final = 0.5
FULL_DISK: Final = "No space left on device"


@dataclass(frozen=True)
class Blueprint:
    """How a service is run.

    Attributes:
        name: as the user sees it.
        address: where it is reached, for people.
        command, folder, environment, identity: how its process is started.
        log_path: where its output goes.
        ports: what it listens on, each with the variable that moves it ("" for none).
        is_ready: whether it serves; may block for a second.
        before_start: clears away what an earlier process left behind.
        retry_when: a pattern in the log of a failed start after which another try makes sense.
        ready_timeout_seconds, stop_timeout_seconds: after the second, an orderly stop becomes a kill.
        stop_signal: asks for an orderly end.
    """

    name: str
    address: str
    command: tuple[str, ...]
    folder: Path
    log_path: Path
    is_ready: Callable[[], bool]
    ports: Mapping[int, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    identity: Identity = OWN
    before_start: Callable[[], None] = lambda: None
    retry_when: re.Pattern[str] | None = None
    ready_timeout_seconds: float = 60
    stop_timeout_seconds: float = 20
    stop_signal: signal.Signals = signal.SIGTERM


class Service:
    """A service of the stack. Its methods block; a started service keeps its ports and data over restarts."""

    def __init__(self, blueprint: Blueprint, nursery: Nursery) -> None:
        self._blueprint = blueprint
        self._nursery = nursery
        self._log = LogFile(blueprint.log_path)
        self._child: subprocess.Popen[bytes] | None = None
        self.started_at: datetime | None = None

    @property
    def name(self) -> str:
        """As the user sees it."""
        return self._blueprint.name

    @property
    def address(self) -> str:
        """Where it is reached, for people."""
        return self._blueprint.address

    @property
    def log_path(self) -> Path:
        """The file that its output goes to."""
        return self._blueprint.log_path

    @property
    def is_running(self) -> bool:
        """Whether its process is there; a paused one is."""
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self) -> int | None:
        """The process itself (no wrapper), or None when it does not run."""
        return self._child.pid if self._child is not None and self.is_running else None

    def start(self) -> None:
        """Start it and wait until it serves. Does nothing when it runs.

        Raises:
            PortInUse: somebody else listens on one of its ports.
            DiedAtStart: it ended first; the message has its last words.
            NotReadyInTime: it does not serve in time, and was killed.
        """
        if self.is_running:
            return
        deadline = time.monotonic() + self._blueprint.ready_timeout_seconds
        while True:
            self._launch()
            try:
                self._wait_until_ready(deadline)
            except DiedAtStart:
                pattern = self._blueprint.retry_when
                if pattern is None or not pattern.search(self._log.since_start()) or time.monotonic() > deadline:
                    raise
                time.sleep(RETRY_SECONDS)
            else:
                return

    def stop(self) -> None:
        """End it in order; after its timeout, kill it. Does nothing when it does not run."""
        child = self._child
        if child is None:
            return
        if child.poll() is None:
            self.resume()
            child.send_signal(self._blueprint.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(self._blueprint.stop_timeout_seconds)
        self.kill()

    def kill(self) -> None:
        """End it with SIGKILL, with the processes of its group, and wait until it is gone."""
        child, self._child = self._child, None
        if child is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        self._nursery.forget(child)

    def pause(self) -> None:
        """Stop its clock (SIGSTOP) and wait until it stands: it keeps its connections and answers nothing."""
        self._signal(signal.SIGSTOP)
        with contextlib.suppress(psutil.NoSuchProcess):
            while self.is_running and psutil.Process(self.pid).status() != psutil.STATUS_STOPPED:
                time.sleep(POLL_SECONDS)

    def resume(self) -> None:
        """Let it go on (SIGCONT)."""
        self._signal(signal.SIGCONT)

    def last_words(self) -> str:
        """The last lines that it wrote since it was started."""
        return self._log.last_words()

    def _signal(self, number: signal.Signals) -> None:
        if self._child is not None and self._child.poll() is None:
            self._child.send_signal(number)

    def _launch(self) -> None:
        blueprint = self._blueprint
        for port, variable in blueprint.ports.items():
            require_free(port, blueprint.name, variable)
        blueprint.before_start()
        with self._log.open_for_start() as log:
            self._child = self._nursery.start(
                blueprint.command,
                folder=blueprint.folder,
                log=log,
                environment={**os.environ, **blueprint.environment},
                identity=blueprint.identity,
            )
        self.started_at = datetime.now(UTC)

    def _wait_until_ready(self, deadline: float) -> None:
        while not self._blueprint.is_ready():
            if not self.is_running:
                self.kill()
                raise DiedAtStart(self._obituary("ended before it was ready"))
            if time.monotonic() > deadline:
                self.kill()
                raise NotReadyInTime(self._obituary(f"was not ready in {self._blueprint.ready_timeout_seconds:.0f} s"))
            time.sleep(POLL_SECONDS)

    def _obituary(self, what: str) -> str:
        hint = "; the disk is full: free some space" if FULL_DISK in self._log.since_start() else ""
        return f"{self.name} {what}{hint}. Its log, {self.log_path}, ends with:\n{self.last_words()}"
