"""Which todo a call means: the same caller and request_id always give the same id."""

from typing import Final
from uuid import UUID, uuid5

from uuid_utils.compat import uuid7

_NAMESPACE: Final = UUID("5a0c1e1a-7c3b-5d5e-9f0a-2f6d7b1c8e43")
"""Fixed for ever: another value would make second todos of retries that cross a deploy."""


def todo_id(caller: str, request_id: str) -> UUID:
    """The id of the todo that a call creates.

    With a request_id (AIP-155) it is the UUIDv5 (RFC 9562, 5.5) of the caller and the request_id, so that a retry
    through any gateway makes the same id, the same record key and the same partition. The caller's length stands before
    it, so that no two pairs are spelt alike. Without a request_id it is a new UUIDv7, whose order in time keeps the
    table's index compact.
    """
    if not request_id:
        return uuid7()
    return uuid5(_NAMESPACE, f"{len(caller)}:{caller}{request_id}")
