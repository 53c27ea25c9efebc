"""For how long a partition's stored position stands still while events keep coming."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import psycopg2
from confluent_kafka import Producer

from bench import events
from schemas.codec import EventEncoder
from schemas.names import TOPIC
from stack import Addresses
from stack.topic import PARTITIONS

EVERY_SECONDS: Final = 0.05
_LOOK_SECONDS: Final = 0.02
_SOME: Final = 5
_PATIENCE_SECONDS: Final = 180.0


class StoodStill(Exception):
    """A partition was not stored on within three minutes."""


@contextmanager
def trickle(bootstrap_servers: str, schema_id: int) -> Iterator[None]:
    """Put an event into every partition each 50 ms while the block runs."""
    done = threading.Event()
    producer = Producer({"bootstrap.servers": bootstrap_servers, "linger.ms": 0})
    encoder = EventEncoder(schema_id)

    def produce() -> None:
        while not done.wait(EVERY_SECONDS):
            for partition, event in enumerate(events.made(PARTITIONS)):
                producer.produce(TOPIC, key=str(event.id), value=encoder.encode(event), partition=partition)
            producer.poll(0)
        producer.flush()

    thread = threading.Thread(target=produce, name="trickle")
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


class Positions:
    """Looks at `ingest_offset` and keeps the longest time that each partition's position has stood still."""

    def __init__(self, addresses: Addresses) -> None:
        self._connection = psycopg2.connect(addresses.database_url)
        self._connection.autocommit = True
        self._cursor = self._connection.cursor()
        self._at: dict[int, int] = {}
        self._moved_at: dict[int, float] = {}
        self._longest: dict[int, float] = {}

    def watch_until(self, is_over: Callable[[], bool]) -> dict[int, float]:
        """By partition, the longest standstill in seconds, until the condition holds and all move again.

        Raises:
            StoodStill: one does not.
        """
        self._look()
        self._longest.clear()
        self._moved_at = dict.fromkeys(self._at, time.monotonic())
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not is_over():
            self._look()
            self._check(deadline)
        begun = dict(self._at)
        while len(self._at) < PARTITIONS or any(self._at[number] < begun.get(number, 0) + _SOME for number in self._at):
            self._look()
            self._check(deadline)
        return dict(self._longest)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _look(self) -> None:
        time.sleep(_LOOK_SECONDS)
        self._cursor.execute("SELECT partition, next_offset FROM ingest_offset WHERE topic = %s", (TOPIC,))
        now = time.monotonic()
        for number, position in self._cursor.fetchall():
            if self._at.get(number) != position:
                stood = now - self._moved_at.get(number, now)
                self._longest[number] = max(stood, self._longest.get(number, 0.0))
                self._at[number], self._moved_at[number] = position, now

    def _check(self, deadline: float) -> None:
        if time.monotonic() > deadline:
            raise StoodStill(f"not every partition was stored on within {_PATIENCE_SECONDS:.0f} s")
