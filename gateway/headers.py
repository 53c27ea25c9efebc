"""A record's headers: CloudEvents in Kafka's binary mode, and the caller's trace.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
https://www.w3.org/TR/trace-context/#traceparent-header
"""

import re
from collections.abc import Iterable
from typing import Final

from schemas.events import TodoCreated

_TRACEPARENT: Final = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.{0,256})?"
)
_CONSTANT: Final[list[tuple[str, str | bytes | None]]] = [
    ("ce_specversion", "1.0"),
    ("ce_type", "todo.v1.TodoCreated"),
    ("ce_source", "/todo.v1.TodoService"),
    ("content-type", "application/vnd.confluent.avro"),
]


def of(event: TodoCreated, metadata: Iterable[tuple[str, str | bytes]]) -> list[tuple[str, str | bytes | None]]:
    """The headers of an event that a call with this metadata made. A traceparent that is not one is left out."""
    headers = [*_CONSTANT, ("ce_id", str(event.id)), ("ce_time", event.create_time.isoformat())]
    for key, value in metadata:
        if key == "traceparent" and isinstance(value, str) and _TRACEPARENT.fullmatch(value):
            headers.append((key, value))
            break
    return headers
