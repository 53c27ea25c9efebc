"""`python -m bench.storing EVENTS`: the ingestor's store alone, without Kafka and without decoding.

Prints the rows that it committed a second.
"""

import gc
import sys
import time
from uuid import uuid4

import django
from confluent_kafka import Message

from bench import events
from bench.database import BATCH
from schemas.position import LogPosition


def stored_per_second(count: int) -> float:
    """Store so many new events in batches as the ingestor does, on positions of a topic that does not exist."""
    django.setup()
    from ingestor.todos.batch import Batch, Delivery, Move  # noqa: PLC0415 models need Django set up
    from ingestor.todos.isolation import BadShareLimit  # noqa: PLC0415
    from ingestor.todos.offsets import Offsets  # noqa: PLC0415
    from ingestor.todos.store import TodoStore  # noqa: PLC0415

    topic_id = uuid4()
    offsets = Offsets(f"bench-{topic_id}")
    offsets.claim(topic_id, [0])
    store = TodoStore(offsets, BadShareLimit())
    deliveries = [Delivery(Message("bench", 0, at), event) for at, event in enumerate(events.made(count))]
    gc.collect()
    gc.disable()  # as the pipeline does for a batch
    begun = time.perf_counter()
    for at in range(0, count, BATCH):
        part = deliveries[at : at + BATCH]
        store.save(Batch(part, [], [Move(LogPosition(topic_id, 0, at), at + len(part))]))
    return count / (time.perf_counter() - begun)


if __name__ == "__main__":
    print(stored_per_second(int(sys.argv[1])))
