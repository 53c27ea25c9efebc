"""The three brokers as their clients see them: whether all replicas are in sync, and where the log ends."""

import time
from typing import Final

from confluent_kafka import IsolationLevel, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._listoffsets import OffsetSpec

from schemas.names import TOPIC
from stack.admin import admin_client
from stack.topic import PARTITIONS
from tests.fault.torture.schedule import BROKERS

_ANSWER_SECONDS: Final = 3.0
_ENDS_SECONDS: Final = 0.5
"""Short, since librdkafka asks for a leader that is gone in a busy loop, which costs half a core."""
_SYNC_SECONDS: Final = 120.0
_LOOK_SECONDS: Final = 0.25

Ends = dict[int, int]
"""By partition, the offset that the next record will have."""


class ReplicasBehind(Exception):
    """A broker that came back did not catch up in time: another fault would be a second one."""


class Brokers:
    """Blocks. Any thread may call it."""

    def __init__(self, bootstrap_servers: str) -> None:
        self._admin: AdminClient = admin_client(bootstrap_servers)

    def wait_until_in_sync(self) -> None:
        """Return when every replica of every partition is in sync.

        Raises:
            ReplicasBehind: some are not after two minutes.
        """
        deadline = time.monotonic() + _SYNC_SECONDS
        while not self._are_in_sync():
            if time.monotonic() > deadline:
                raise ReplicasBehind(f"replicas are not in sync {_SYNC_SECONDS:.0f} s after the repair")
            time.sleep(_LOOK_SECONDS)

    def ends(self) -> Ends | None:
        """Where each partition ends now, or None when the brokers cannot say."""
        at_the_end = OffsetSpec.latest()  # type: ignore[no-untyped-call]  # it has no annotations
        latest = {TopicPartition(TOPIC, number): at_the_end for number in range(PARTITIONS)}
        try:
            asked = self._admin.list_offsets(
                latest, isolation_level=IsolationLevel.READ_UNCOMMITTED, request_timeout=_ENDS_SECONDS
            )
            return {partition.partition: future.result().offset for partition, future in asked.items()}
        except KafkaException:
            return None

    def _are_in_sync(self) -> bool:
        try:
            cluster = self._admin.list_topics(timeout=_ANSWER_SECONDS)
        except KafkaException:
            return False
        partitions = [partition for topic in cluster.topics.values() for partition in topic.partitions.values()]
        return len(cluster.brokers) == len(BROKERS) and all(
            partition.leader >= 0 and set(partition.isrs) == set(partition.replicas) for partition in partitions
        )
