"""Events whose todo is stored already: the same event again, or another payload under the same id?"""

from collections.abc import Sequence
from typing import Final

from ingestor.todos.batch import Delivery, Refusal
from ingestor.todos.models import Todo

_PAYLOAD: Final = ("title", "description", "owner")
"""What the caller said. The time is the gateway's: a retry of one call has the same payload and a later time."""


def payload_conflicts(deliveries: Sequence[Delivery]) -> list[Refusal]:
    """Those whose row holds another payload than their event. One statement. Call it after the rows are inserted."""
    ids = [delivery.event.id for delivery in deliveries]
    stored = {row[0]: row[1:] for row in Todo.objects.filter(id__in=ids).values_list("id", *_PAYLOAD)}
    conflicts = []
    for delivery in deliveries:
        said = tuple(getattr(delivery.event, field) for field in _PAYLOAD)
        kept = stored.get(delivery.event.id, said)
        if said != kept:
            differing = [field for field, here, there in zip(_PAYLOAD, said, kept, strict=True) if here != there]
            conflicts.append(Refusal.differing(delivery.record, differing))
    return conflicts
