"""The rules that stand in the .proto, applied to a request: every violation, not only the first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import protovalidate
from google.protobuf.message import Message

from todo.v1 import todo_service_pb2 as pb

MOST_IN_A_BATCH: Final = 1000
_MOST_OF_TITLE: Final = 200
_MOST_OF_DESCRIPTION: Final = 4000
_MOST_OF_REQUEST_ID: Final = 64
"""As in the .proto, which tests/unit/gateway/test_validation.py holds them to."""


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One rule that a field breaks: its path as the client wrote it (`todo.title`), the rule's id, and a sentence."""

    field: str
    rule: str
    description: str


class Rules:
    """The compiled rules. Compiles those of CreateTodo when built, so that no call pays for it."""

    def __init__(self) -> None:
        self._validator = protovalidate.Validator()
        self.violations(pb.CreateTodoRequest())

    def violations(self, request: pb.CreateTodoRequest) -> list[FieldViolation]:
        """Every rule that the request breaks, empty when it keeps them all."""
        return [] if _is_plainly_valid(request) else self._broken(request)

    def batch_violations(self, batch: pb.BatchCreateTodosRequest) -> list[FieldViolation]:
        """Every rule that the batch or a request in it breaks, empty when it keeps them all.

        The requests of a batch of the wrong size are not looked at: a message holds hundreds of thousands.
        """
        if not 1 <= len(batch.requests) <= MOST_IN_A_BATCH:
            description = f"must hold 1 to {MOST_IN_A_BATCH} requests, not {len(batch.requests)}"
            return [FieldViolation("requests", "batch.size", description)]
        broken = [] if all(map(_is_plainly_valid, batch.requests)) else self._broken(batch)
        return [*broken, *_repeated_ids([request.request_id for request in batch.requests])]

    def _broken(self, message: Message) -> list[FieldViolation]:
        found = [violation.proto for violation in self._validator.collect_violations(message)]
        return [FieldViolation(_path(broken), broken.rule_id, broken.message) for broken in found]


def _is_plainly_valid(request: pb.CreateTodoRequest) -> bool:
    """Whether a request keeps every rule for certain, seen at a tenth of what the rules cost. False says nothing."""
    todo, request_id = request.todo, request.request_id
    title, description = todo.title, todo.description
    return (
        0 < len(title) <= _MOST_OF_TITLE
        and title.isprintable()
        and not title.isspace()
        and len(description) <= _MOST_OF_DESCRIPTION
        and "\0" not in description
        and len(request_id) <= _MOST_OF_REQUEST_ID
        and request_id.isascii()
        and request_id.isprintable()
    )


def _repeated_ids(request_ids: Sequence[str]) -> Iterator[FieldViolation]:
    """A violation for each request whose request_id another one has too: both mean the same todo."""
    if len(set(request_ids)) == len(request_ids):
        return
    places: dict[str, list[int]] = {}
    for place, request_id in enumerate(request_ids):
        places.setdefault(request_id, []).append(place)
    for request_id, same in places.items():
        if request_id and len(same) > 1:
            for place in same:
                other = same[1] if place == same[0] else same[0]
                description = f"is that of requests[{other}] too: one request_id means one todo"
                yield FieldViolation(f"requests[{place}].request_id", "batch.request_id.unique", description)


def _path(broken: protovalidate.ViolationPb) -> str:
    path = ""
    for element in broken.field.elements if broken.field else ():
        path += f".{element.field_name}" if path else element.field_name
        if element.subscript is not None:
            path += f"[{element.subscript.value}]"
    return path
