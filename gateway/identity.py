"""Which todo a call means: the same caller and request_id always give the same id."""

from typing import Final
from uuid import UUID, SafeUUID, uuid5

import uuid_utils

_NAMESPACE: Final = UUID("5a0c1e1a-7c3b-5d5e-9f0a-2f6d7b1c8e43")
"""Fixed for ever: another value would make second todos of retries that cross a deploy."""


class TodoId(UUID):
    """A UUID that is spelt once: as the record's key, in its body, in a header and in the answer."""

    __slots__ = ("_text",)
    _text: str

    @classmethod
    def of(cls, number: int, text: str) -> "TodoId":
        """The UUID of this number, spelt so. Neither is checked, nor is one against the other."""
        todo_id = object.__new__(cls)
        object.__setattr__(todo_id, "int", number)  # a UUID forbids its own attributes to be set
        object.__setattr__(todo_id, "is_safe", SafeUUID.unknown)
        object.__setattr__(todo_id, "_text", text)
        return todo_id

    def __str__(self) -> str:
        return self._text


def todo_id(caller: str, request_id: str) -> TodoId:
    """The id of the todo that a call creates.

    With a request_id (AIP-155) it is the UUIDv5 (RFC 9562, 5.5) of the caller and the request_id, so that a retry
    through any gateway makes the same id, the same record key and the same partition. The caller's length stands before
    it, so that no two pairs are spelt alike. Without a request_id it is a new UUIDv7, whose order in time keeps the
    table's index compact.
    """
    made = uuid5(_NAMESPACE, f"{len(caller)}:{caller}{request_id}") if request_id else uuid_utils.uuid7()
    return TodoId.of(made.int, str(made))
