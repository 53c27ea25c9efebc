"""A record's headers: CloudEvents, and the caller's trace when it is one."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from gateway import headers
from schemas.events import TodoCreated

EVENT = TodoCreated(UUID(int=1), "t", "", "", datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC))
TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_an_event_has_the_attributes_of_cloudevents() -> None:
    assert dict(headers.of(EVENT, headers.of_call(()))) == {
        "ce_specversion": "1.0",
        "ce_type": "todo.v1.TodoCreated",
        "ce_source": "/todo.v1.TodoService",
        "ce_id": "00000000-0000-0000-0000-000000000001",
        "ce_time": "2026-01-02T03:04:05.000006+00:00",
        "content-type": "application/vnd.confluent.avro",
    }


def test_the_callers_traceparent_is_passed_on() -> None:
    metadata: list[tuple[str, str | bytes]] = [
        ("user-agent", "x"),
        ("traceparent", TRACEPARENT),
        ("traceparent-bin", b"\0"),
    ]
    assert ("traceparent", TRACEPARENT) in headers.of(EVENT, headers.of_call(metadata))


@pytest.mark.parametrize(
    "value",
    [
        "",
        "junk",
        TRACEPARENT.upper(),
        TRACEPARENT[:-1],
        "ff" + TRACEPARENT[2:],
        "00-" + "0" * 32 + TRACEPARENT[35:],
        TRACEPARENT[:36] + "0" * 16 + "-01",
    ],
)
def test_what_is_no_traceparent_is_left_out(value: str) -> None:
    assert "traceparent" not in dict(headers.of_call([("traceparent", value)]))
