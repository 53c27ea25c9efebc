"""Records that no row can come of, put straight into the topic between the good ones."""

import hashlib
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from random import Random
from typing import Final
from uuid import UUID, uuid4

from confluent_kafka import KafkaError, Message, Producer

from schemas.codec import EventEncoder
from schemas.events import TodoCreated
from schemas.names import TOPIC
from tests.fault.torture import chance
from tests.fault.torture.ledger import Ledger

HEADER: Final = "torture-poison"
"""Names the record in its dead letter."""
PAUSE_SECONDS: Final = 2.0
_DELIVERY_SECONDS: Final = 240
_JUNK_BYTES: Final = 1_000_000
LARGEST_BYTES: Final = 1_048_576
"""The brokers' limit; the client's own is lower."""
_UNKNOWN_SCHEMA_ID: Final = 999_999
_ORDINARY_TIME: Final = datetime(2026, 1, 1, tzinfo=UTC)
_TIME_PAST_ALL: Final = 1 << 62
"""In microseconds: the year 148,108, where Python's times have ended and PostgreSQL's nearly have."""


class Kind(StrEnum):
    """What is wrong with a record."""

    EMPTY = "empty value"
    TOMBSTONE = "tombstone"
    MAGIC = "magic byte 1"
    SCHEMA_ID = "unknown schema id"
    TRUNCATED = "truncated body"
    TRAILING = "trailing bytes"
    JUNK = "1 MB of junk"
    TIME = "time past the year 9999"
    HEADERS = "headers that are no text"
    NUL = "NUL in text"
    TOO_LONG = "title too long"
    NO_TITLE = "empty title"
    DIFFERS = "another payload under a known id"


STAGES: Final = dict.fromkeys(Kind, "decode") | {
    Kind.NUL: "store",
    Kind.TOO_LONG: "store",
    Kind.NO_TITLE: "store",
    Kind.DIFFERS: "identity",
}
"""Where the ingestor must find it out."""


@dataclass(slots=True)
class Poison:
    """A record that was put into the topic, and what its dead letter must hold."""

    id: str
    kind: Kind
    key: bytes
    value_digest: str
    is_delivered: bool = False


def digest(value: bytes | None) -> str:
    """A value's fingerprint, for values too long to keep; empty for a tombstone."""
    return "" if value is None else hashlib.sha256(value).hexdigest()


class Poisoner:
    """Puts one bad record after another into the topic, of every kind in turn, from a thread of its own."""

    def __init__(self, bootstrap_servers: str, schema_id: int, ledger: Ledger, seed: int) -> None:
        self._random = chance.from_seed(seed, "poison")
        self._writer = PoisonWriter(schema_id, self._random)
        self._ledger = ledger
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap_servers,
                "acks": "all",
                "enable.idempotence": True,
                "message.max.bytes": LARGEST_BYTES,
                "message.timeout.ms": _DELIVERY_SECONDS * 1000,
                "log_level": 0,  # brokers that are away are what this is about
            }
        )
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.records: list[Poison] = []

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Wait until every record is delivered or given up."""
        self._stopping.set()
        self._thread.join()
        self._producer.flush(_DELIVERY_SECONDS + 10)

    def _run(self) -> None:
        kinds: list[Kind] = []
        while not self._stopping.wait(self._random.uniform(0.5, 1.5) * PAUSE_SECONDS):
            kinds = kinds or self._random.sample(list(Kind), len(Kind))
            self._put(kinds.pop())
            self._producer.poll(0)

    def _put(self, kind: Kind) -> None:
        known = self._ledger.latest
        if kind is Kind.DIFFERS and known is None:
            return
        todo_id = known.todo_id if known is not None and kind is Kind.DIFFERS else uuid4()
        value = self._writer.value(kind, todo_id)
        # The key of a known todo leads to its partition, where its event comes first.
        poison = Poison(str(uuid4()), kind, str(todo_id).encode(), digest(value))
        self.records.append(poison)

        def delivered(error: KafkaError | None, _message: Message) -> None:
            poison.is_delivered = error is None

        headers: list[tuple[str, str | bytes | None]] = [(HEADER, poison.id.encode())]
        if kind is Kind.HEADERS:
            headers += [("not-text", b"\xff\xfe\x00"), ("nothing", None)]
        self._producer.produce(TOPIC, key=poison.key, value=value, headers=headers, on_delivery=delivered)


class PoisonWriter:
    """Makes the values."""

    def __init__(self, schema_id: int, random: Random) -> None:
        self._encode = EventEncoder(schema_id).encode
        self._random = random
        self._frame = struct.pack(">bI", 0, schema_id)

    def value(self, kind: Kind, todo_id: UUID) -> bytes | None:
        """A record's value with this fault; `todo_id` stands in it where there is room for one."""
        good = self._event(todo_id, "poison")
        values: dict[Kind, Callable[[], bytes | None]] = {
            Kind.EMPTY: lambda: b"",
            Kind.TOMBSTONE: lambda: None,
            Kind.MAGIC: lambda: b"\x01" + good[1:],
            Kind.SCHEMA_ID: lambda: struct.pack(">bI", 0, _UNKNOWN_SCHEMA_ID) + good[5:],
            Kind.TRUNCATED: lambda: good[: len(self._frame) + self._random.randrange(len(good) - len(self._frame))],
            Kind.TRAILING: lambda: good + b"\x00",
            Kind.JUNK: lambda: b"\xff" + self._random.randbytes(_JUNK_BYTES),
            Kind.TIME: lambda: self._with_time_past_the_end(good),
            Kind.HEADERS: lambda: good[:-1],
            Kind.NUL: lambda: self._event(todo_id, "a NUL \x00"),
            Kind.TOO_LONG: lambda: self._event(todo_id, "x" * 201),
            Kind.NO_TITLE: lambda: self._event(todo_id, ""),
            Kind.DIFFERS: lambda: self._event(todo_id, "another payload"),
        }
        return values[kind]()

    def _event(self, todo_id: UUID, title: str) -> bytes:
        return self._encode(TodoCreated(todo_id, title, "", "", _ORDINARY_TIME))

    def _with_time_past_the_end(self, good: bytes) -> bytes:
        """Avro writes a time as a number of variable length, which is found nowhere else in the event."""
        ordinary = _zigzag(round(_ORDINARY_TIME.timestamp() * 1_000_000))
        return good.replace(ordinary, _zigzag(_TIME_PAST_ALL))


def _zigzag(number: int) -> bytes:
    """Avro's `long`, for a number that is not negative: https://avro.apache.org/docs/1.12.0/specification/."""
    left, encoded = number << 1, bytearray()
    while left > 0x7F:
        encoded.append(left & 0x7F | 0x80)
        left >>= 7
    return bytes([*encoded, left])
