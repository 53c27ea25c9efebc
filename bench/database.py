"""The tables that are filled while something is measured."""

import io
import time
from collections.abc import Sequence
from typing import Final

import psycopg2

from schemas.events import TodoCreated

BATCH: Final = 5_000
"""As many as the ingestor stores in one transaction."""
_COPY: Final = "COPY todo_copied (id, title, description, owner, create_time) FROM STDIN"


class Database:
    """A connection of our own. The tables are the ingestor's, and `todo_copied` of the same shape."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg2.connect(url)
        self._connection.autocommit = True
        self._cursor = self._connection.cursor()
        self._cursor.execute("DROP TABLE IF EXISTS todo_copied")
        self._cursor.execute("CREATE TABLE todo_copied (LIKE todo INCLUDING ALL)")

    def empty(self) -> None:
        """Empty both tables, so that every measurement begins alike."""
        self._cursor.execute("TRUNCATE todo, todo_copied")

    def rows(self) -> int:
        """How many todos are stored."""
        self._cursor.execute("SELECT count(*) FROM todo")
        (count,) = self._cursor.fetchone() or (0,)
        return int(count)

    def stored_position(self) -> int:
        """How many records of the log are stored: what the next offsets of all partitions sum up to."""
        self._cursor.execute("SELECT coalesce(sum(next_offset), 0) FROM ingest_offset WHERE topic = 'todo-create'")
        (position,) = self._cursor.fetchone() or (0,)
        return int(position)

    def copied_per_second(self, events: Sequence[TodoCreated]) -> float:
        """Rows a second when the events are copied in batches, each committed, the building of COPY's text included."""
        begun = time.perf_counter()
        for at in range(0, len(events), BATCH):
            self._cursor.copy_expert(_COPY, io.StringIO("".join(map(_line, events[at : at + BATCH]))))
        return len(events) / (time.perf_counter() - begun)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _line(event: TodoCreated) -> str:
    return f"{event.id}\t{event.title}\t{event.description}\t{event.owner}\t{event.create_time.isoformat()}\n"
