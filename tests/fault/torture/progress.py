"""What a person sees while it runs: a line that is renewed on a terminal, one every ten seconds elsewhere."""

import time
from typing import Final, Self

from rich.console import Console
from rich.status import Status

from tests.fault.torture.diary import Diary
from tests.fault.torture.ledger import Ledger

_LINE_SECONDS: Final = 10.0


class Progress:
    """Shows how far the run is. Use as a context manager."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = console.status("") if console.is_terminal else None
        self._began_at = time.monotonic()
        self._next_line_at = 0.0

    def __enter__(self) -> Self:
        if self._status is not None:
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._status is not None:
            self._status.stop()

    def phase(self, text: str) -> None:
        """Something else begins."""
        self._console.print(f"{self._clock()} {text}", highlight=False)

    def show(self, planned: int, diary: Diary, ledger: Ledger) -> None:
        """Where things stand; may be called as often as one likes."""
        repaired = sum(1 for one in diary.happenings if one.repaired_at)
        line = (
            f"{self._clock()} {repaired} of {planned} faults done, "
            f"{len(ledger.acknowledged)} of {len(ledger.requests)} todos acknowledged in {ledger.calls} calls"
        )
        if self._status is not None:
            self._status.update(line)
        elif time.monotonic() >= self._next_line_at:
            self._next_line_at = time.monotonic() + _LINE_SECONDS
            self._console.print(line, highlight=False)

    def _clock(self) -> str:
        minutes, seconds = divmod(int(time.monotonic() - self._began_at), 60)
        return f"{minutes:02}:{seconds:02}"
