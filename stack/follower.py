"""Reading log files as they grow."""

from collections.abc import Iterator, Mapping
from pathlib import Path


class Follower:
    """The lines that are added to files from now on. Does not block, and starts anew when a file was replaced."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._files = dict(files)
        self._positions = {name: _size_bytes(file) for name, file in files.items()}
        self._begun = dict.fromkeys(files, b"")

    def new_lines(self) -> Iterator[tuple[str, str]]:
        """Name and text of each line that was completed since the last call."""
        for name, file in self._files.items():
            if _size_bytes(file) < self._positions[name]:
                self._positions[name], self._begun[name] = 0, b""
            if not file.exists():
                continue
            with file.open("rb") as stream:
                stream.seek(self._positions[name])
                *complete, self._begun[name] = (self._begun[name] + stream.read()).split(b"\n")
                self._positions[name] = stream.tell()
            for line in complete:
                yield name, line.decode("utf-8", "replace")


def _size_bytes(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0
