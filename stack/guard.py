"""Kills a process's children when it is gone: `python -I guard.py`, with a pipe from that process as its input.

Each line is the pid of a child to watch, or, negative, of one to forget.
When the pipe ends, the process that held its other end
is gone, however it ended. Works on every Unix, and for the children's own children in their process groups.
"""

import contextlib
import os
import signal
import sys
from collections.abc import Iterable


def main(lines: Iterable[str]) -> None:
    """Read until the end, then kill the process groups that are still watched."""
    watched: set[int] = set()
    for line in lines:
        pid = int(line)
        if pid > 0:
            watched.add(pid)
        else:
            watched.discard(-pid)
    for pid in watched:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


if __name__ == "__main__":
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    main(sys.stdin)
