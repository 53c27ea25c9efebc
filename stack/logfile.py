"""The log of one service."""

from pathlib import Path
from typing import IO, Final

LAST_WORDS_LINES: Final = 6
TAIL_BYTES: Final = 32_768
LARGEST_BYTES: Final = 10_000_000


class LogFile:
    """A file that one service appends to; a large one is put aside (`.1`) when the service starts again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._start_bytes = 0

    def open_for_start(self) -> IO[bytes]:
        """Open it for the next start, whose last words are counted from here."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.path.exists() and self.path.stat().st_size > LARGEST_BYTES:
            self.path.replace(self.path.with_suffix(".log.1"))
        stream = self.path.open("ab")
        self._start_bytes = stream.tell()
        return stream

    def since_start(self) -> str:
        """What was written since the last start, at most its last 32 KiB."""
        try:
            with self.path.open("rb") as stream:
                size_bytes = stream.seek(0, 2)
                stream.seek(max(self._start_bytes, size_bytes - TAIL_BYTES))
                return stream.read().decode("utf-8", "replace")
        except FileNotFoundError:
            return ""

    def last_words(self) -> str:
        """The last lines since the last start, without the frames of stack traces, indented."""
        return last_words(self.since_start())


def last_words(text: str) -> str:
    """The last lines that a person wants to see of an output, indented; says so when there is none."""
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    frames = ("\tat ", "\t... ")
    telling = [line for line in lines if not line.startswith(frames)][-LAST_WORDS_LINES:]
    return "\n".join(f"    {line}" for line in telling) if telling else "    (it wrote nothing)"
