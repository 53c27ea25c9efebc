"""What a person sees while the stack works: bars on a terminal, plain lines elsewhere."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

MEGABYTE = 1_000_000
LINES_PER_DOWNLOAD = 10


class Display(Protocol):
    """Says what happens. Any thread may call it."""

    def say(self, line: str) -> None:
        """Show one line."""

    def downloading(self, title: str, total_bytes: int) -> AbstractContextManager[Callable[[int], None]]:
        """Show how far a download is; the function it gives takes the bytes that came since the last call."""


class ConsoleDisplay:
    """Shows on a console: progress bars when it is a terminal, lines otherwise."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def say(self, line: str) -> None:
        """Print one line."""
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    @contextlib.contextmanager
    def downloading(self, title: str, total_bytes: int) -> Iterator[Callable[[int], None]]:
        """Show a bar, or a line at each tenth."""
        if self._console.is_terminal:
            columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
            with Progress(*columns, console=self._console) as progress:
                task = progress.add_task(title, total=total_bytes)
                yield lambda count: progress.advance(task, count)
        else:
            self.say(f"{title} ({total_bytes / MEGABYTE:.0f} MB)")
            yield _Tenths(self.say, total_bytes).advance


class QuietDisplay(ConsoleDisplay):
    """Shows downloads only: for tests, where a minute of silence needs a reason and a start does not."""

    def __init__(self) -> None:
        super().__init__(Console(stderr=True))
        self._downloading = False

    def say(self, line: str) -> None:
        """Print the line if it is about a download."""
        if self._downloading:
            super().say(line)

    @contextlib.contextmanager
    def downloading(self, title: str, total_bytes: int) -> Iterator[Callable[[int], None]]:
        """Show the download as the console does."""
        self._downloading = True
        try:
            with super().downloading(title, total_bytes) as advance:
                yield advance
        finally:
            self._downloading = False


class _Tenths:
    def __init__(self, say: Callable[[str], None], total_bytes: int) -> None:
        self._say = say
        self._total_bytes = total_bytes
        self._received_bytes = 0
        self._lock = threading.Lock()

    def advance(self, count: int) -> None:
        with self._lock:
            before = self._received_bytes * LINES_PER_DOWNLOAD // self._total_bytes
            self._received_bytes += count
            if self._received_bytes * LINES_PER_DOWNLOAD // self._total_bytes > before:
                self._say(f"  {self._received_bytes / MEGABYTE:.0f} of {self._total_bytes / MEGABYTE:.0f} MB")
