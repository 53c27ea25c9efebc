"""Whoever dies, however it dies, nothing of the stack is left running."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import psutil
import pytest

from stack import guard, identity

CHECKOUT = Path(__file__).parents[3]
DEADLINE_SECONDS = 10
PARENT = """
import sys
from stack import Stack
with Stack.ephemeral(parts={"postgres", "registry"}) as stack:
    print(*(stack.service(name).pid for name in stack.services), flush=True)
    sys.stdin.read()
"""


def wait_until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def is_gone(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def read_line(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.readline()


@pytest.fixture
def parent() -> Iterator[subprocess.Popen[str]]:
    child = subprocess.Popen(
        [sys.executable, "-c", PARENT], cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with child:
        yield child
        child.kill()


def test_children_die_when_their_parent_is_killed(parent: subprocess.Popen[str]) -> None:
    pids = [int(pid) for pid in read_line(parent.stdout).split()]
    family = [child.pid for child in psutil.Process(parent.pid).children(recursive=True)]
    assert set(pids) < set(family)
    parent.kill()
    assert wait_until(lambda: all(is_gone(pid) for pid in family))


def test_children_die_with_their_parent_even_when_their_guard_was_killed_first(parent: subprocess.Popen[str]) -> None:
    pids = [int(pid) for pid in read_line(parent.stdout).split()]
    (watching,) = [
        child for child in psutil.Process(parent.pid).children() if str(Path(guard.__file__)) in child.cmdline()
    ]
    watching.kill()
    parent.kill()
    assert wait_until(lambda: all(is_gone(pid) for pid in pids))


def test_a_guard_kills_what_it_watches_when_its_parent_is_gone() -> None:
    """The way of systems whose kernel does not do it: the watched processes are no children of the guard's parent."""
    watched, forgotten = (subprocess.Popen(["/bin/sleep", "60"], start_new_session=True) for _ in range(2))
    guarding = subprocess.Popen([sys.executable, "-I", str(guard.__file__)], stdin=subprocess.PIPE, text=True)
    assert guarding.stdin is not None
    guarding.stdin.write(f"{watched.pid}\n{forgotten.pid}\n-{forgotten.pid}\n")
    guarding.stdin.close()
    try:
        assert guarding.wait(DEADLINE_SECONDS) == 0
        assert watched.wait(DEADLINE_SECONDS) == -signal.SIGKILL
        assert forgotten.poll() is None
    finally:
        forgotten.kill()
        forgotten.wait()


def test_a_tethered_program_whose_parent_has_died_before_it_began_does_not_start() -> None:
    nobody = 2**22 + 1  # above the highest pid
    command = [sys.executable, "-I", str(identity.TETHER), str(nobody), "-1", "-1", "/bin/echo", "started"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
