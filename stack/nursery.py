"""Starts the children of this process, so that none outlives it, however it ends."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Final

from stack.identity import OWN, Identity

GUARD: Final = Path(__file__).with_name("guard.py")
STOP_TIMEOUT_SECONDS: Final = 10


class Nursery:
    """Children of this process, bound to its life twice: by the kernel (Linux), and by a guard process (every Unix).

    Any thread may call it. Linux ends a child when the *thread* that started it ends, so one thread starts them all.
    """

    def __init__(self) -> None:
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="nursery")
        self._guard: subprocess.Popen[str] | None = None

    def start(
        self,
        command: Sequence[str],
        *,
        folder: Path,
        log: IO[bytes],
        environment: Mapping[str, str],
        identity: Identity = OWN,
    ) -> subprocess.Popen[bytes]:
        """Start a child in a session of its own, so that the terminal's Ctrl-C reaches only its parent."""
        return self._starter.submit(self._start, command, folder, log, environment, identity).result()

    def forget(self, child: subprocess.Popen[bytes]) -> None:
        """Take note that a child has ended: its pid may become another's."""
        self._starter.submit(self._tell, -child.pid).result()

    def close(self) -> None:
        """End the guard. Children that still run are killed."""
        self._starter.shutdown()
        if self._guard is not None and self._guard.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._guard.stdin.close()
            self._guard.wait(STOP_TIMEOUT_SECONDS)
            self._guard = None

    def _start(
        self, command: Sequence[str], folder: Path, log: IO[bytes], environment: Mapping[str, str], identity: Identity
    ) -> subprocess.Popen[bytes]:
        if self._guard is None:
            self._guard = subprocess.Popen(
                [sys.executable, "-I", str(GUARD)], stdin=subprocess.PIPE, start_new_session=True, text=True
            )
        child = subprocess.Popen(
            identity.command(command, os.getpid()),
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._tell(child.pid)
        return child

    def _tell(self, pid: int) -> None:
        if self._guard is not None and self._guard.stdin is not None:
            with contextlib.suppress(BrokenPipeError):  # somebody killed the guard; the kernel's promise remains
                self._guard.stdin.write(f"{pid}\n")
                self._guard.stdin.flush()
