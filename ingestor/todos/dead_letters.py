"""Records that cannot become rows, kept whole: raw key, value and headers, position and reason."""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from confluent_kafka import TIMESTAMP_NOT_AVAILABLE, Message
from django.db import connection

from ingestor.todos.batch import Refusal
from schemas.codec import framed_schema_id
from schemas.errors import NotConfluentFraming

_KEEP: Final = """
    INSERT INTO dead_letter (topic, topic_id, partition, "offset", key, value, headers, record_time, schema_id,
                             stage, error_class, message, sqlstate, times_seen)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 1)
    ON CONFLICT (topic_id, partition, "offset") DO UPDATE SET times_seen = dead_letter.times_seen + 1"""


def keep(refusals: Sequence[Refusal], topic_ids: Mapping[int, UUID]) -> None:
    """Write them down, one statement each; one that is there already is counted. Call it in a transaction."""
    with connection.cursor() as cursor:
        cursor.executemany(_KEEP, [_row(refusal, topic_ids) for refusal in refusals])


def _row(refusal: Refusal, topic_ids: Mapping[int, UUID]) -> list[Any]:
    record = refusal.record
    partition = record.partition() or 0
    return [
        record.topic(),
        topic_ids[partition],
        partition,
        record.offset(),
        record.key(),
        record.value(),
        _headers(record),
        _time(record),
        _schema_id(record),
        refusal.stage,
        refusal.error_class,
        refusal.reason,
        refusal.sqlstate,
    ]


def _headers(record: Message) -> str:
    """Pairs of name and value; the value in base64, since it can be any bytes, or null."""
    headers = record.headers() or []
    pairs = headers.items() if isinstance(headers, dict) else headers
    return json.dumps([[name, _base64(value)] for name, value in pairs])


def _base64(value: str | bytes | None) -> str | None:
    if value is None:
        return None
    return base64.b64encode(value.encode() if isinstance(value, str) else value).decode("ascii")


def _time(record: Message) -> datetime | None:
    """When the record was made; a producer can write down any number, also one that is no time."""
    kind, milliseconds = record.timestamp()
    if kind == TIMESTAMP_NOT_AVAILABLE:
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _schema_id(record: Message) -> int | None:
    try:
        return framed_schema_id(record.value())
    except NotConfluentFraming:
        return None
