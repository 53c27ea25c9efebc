"""A record's headers: CloudEvents in Kafka's binary mode, and the caller's trace.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
https://www.w3.org/TR/trace-context/#traceparent-header
"""

import re
from collections.abc import Iterable
from typing import Final

from gateway.producer import Headers
from schemas.events import TodoCreated

_TRACEPARENT: Final = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.{0,256})?"
)
_CONSTANT: Final[Headers] = [
    ("ce_specversion", "1.0"),
    ("ce_type", "todo.v1.TodoCreated"),
    ("ce_source", "/todo.v1.TodoService"),
    ("content-type", "application/vnd.confluent.avro"),
]


def of_call(metadata: Iterable[tuple[str, str | bytes]]) -> Headers:
    """The headers that all events of a call with this metadata share. A traceparent that is not one is left out."""
    for key, value in metadata:
        if key == "traceparent" and isinstance(value, str) and _TRACEPARENT.fullmatch(value):
            return [*_CONSTANT, (key, value)]
    return _CONSTANT


def of(event: TodoCreated, shared: Headers) -> Headers:
    """The headers of an event: those of its call, and its own."""
    return [*shared, ("ce_id", str(event.id)), ("ce_time", event.create_time.isoformat())]
