"""The stack of this checkout, seen and steered from another process."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import psutil

from stack.display import Display
from stack.errors import DiedWhileRunning, NotRunning, StackError
from stack.follower import Follower
from stack.logfile import last_words
from stack.state import Record, ServiceRecord, StateFolder

POLL_SECONDS: Final = 0.1
STOP_TIMEOUT_SECONDS: Final = 90
FULL_BELOW_BYTES: Final = 1_000_000
CHECKOUT: Final = Path(__file__).absolute().parent.parent


def running(folder: StateFolder) -> Record:
    """The record of the stack that runs in the folder.

    Raises:
        NotRunning: none does, or it is not ready.
    """
    if not folder.is_taken():
        raise NotRunning("no stack runs in this checkout; start it with: python -m stack up")
    record = folder.read()
    if record is None or record.phase != "ready":
        raise NotRunning("the stack of this checkout is just starting or stopping; see: python -m stack status")
    return record


def is_alive(service: ServiceRecord) -> bool:
    """Whether the recorded process is there."""
    return service.pid is not None and psutil.pid_exists(service.pid)


def require_whole(record: Record) -> None:
    """Raise DiedWhileRunning when a service of a running stack is not there any more."""
    for service in record.services:
        if not is_alive(service):
            with contextlib.suppress(OSError):
                words = last_words(Path(service.log).read_text(encoding="utf-8", errors="replace"))
                raise DiedWhileRunning(
                    f"{service.name} has died; start anew with: python -m stack down && python -m stack up. "
                    f"Its log, {service.log}, ends with:\n{words}"
                )


def start_supervisor(folder: StateFolder, brokers: int, display: Display) -> Record:
    """Start a detached supervisor, show what it says, and wait until its stack is ready.

    Raises:
        StackError: the stack could not be started; the message is the supervisor's.
    """
    folder.logs.mkdir(parents=True, exist_ok=True)
    output = folder.logs / "supervisor.log"
    follower = Follower({"": output})
    with output.open("ab") as log:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "stack", "supervise", "--brokers", str(brokers)],
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    said: list[str] = []
    try:
        while True:
            ended = supervisor.poll() is not None
            record = folder.read()
            for _, line in follower.new_lines():
                said.append(line)
                if not any(earlier.startswith("error: ") for earlier in said):
                    display.say(line)
            if record is not None and record.pid == supervisor.pid and record.phase == "ready":
                return record
            if ended:
                told = record is not None and record.pid == supervisor.pid and record.message
                raise StackError(told or _unsaid(folder, said))
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        supervisor.terminate()
        supervisor.wait(STOP_TIMEOUT_SECONDS)
        raise


def _unsaid(folder: StateFolder, said: list[str]) -> str:
    """Why a supervisor ended that could not write why."""
    if shutil.disk_usage(folder.path).free < FULL_BELOW_BYTES:
        return f"no space is left for {folder.path}; free some, or move the data with STACK_STATE_DIR"
    return f"the supervisor ended at start:\n{last_words(chr(10).join(said))}"


def stop(folder: StateFolder) -> bool:
    """Tell whoever runs the stack to stop it in order, and wait for that; whether any did.

    One that does not stop in 90 seconds is killed, and its children go with it.
    """
    deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
    told: set[int] = set()
    any_ran = False
    while folder.is_taken():
        any_ran = True
        record = folder.read()
        overdue = time.monotonic() > deadline
        # The record is a moment younger than the lock: a process that has just taken the folder is told later.
        if record is not None and _is_ours(record.pid) and (overdue or record.pid not in told):
            os.kill(record.pid, signal.SIGKILL if overdue else signal.SIGTERM)
            told.add(record.pid)
        time.sleep(POLL_SECONDS)
    return any_ran


def _is_ours(pid: int) -> bool:
    try:
        return "stack" in psutil.Process(pid).cmdline()
    except psutil.Error:
        return False
