"""Ctrl-C and SIGTERM as one exception in the main thread."""

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType
from typing import Final

STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Within the block, the first SIGINT, SIGTERM or SIGHUP raises KeyboardInterrupt; later ones change nothing.

    So what the block does to end in order is not cut short by an impatient second Ctrl-C. Main thread only.
    """

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
