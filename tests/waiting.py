"""Waiting for a condition, with a deadline instead of a guess."""

import time
from collections.abc import Callable
from typing import Final, TypeVar

Value = TypeVar("Value")

_LOOK_SECONDS: Final = 0.02


def until(look: Callable[[], Value | None], timeout_seconds: float = 60.0) -> Value:
    """The first truthy answer; fails with the last one when none comes in time."""
    deadline = time.monotonic() + timeout_seconds
    while True:
        answer = look()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"still {answer!r} after {timeout_seconds} s"
        time.sleep(_LOOK_SECONDS)
