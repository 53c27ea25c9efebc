"""The topic that both services share."""

import time
from typing import Final

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from schemas.names import TOPIC
from stack.admin import admin_client
from stack.errors import TopicRefused

PARTITIONS: Final = 6
BROKERS_DEFAULT: Final = -1
TIMEOUT_SECONDS: Final = 30
RETRY_SECONDS: Final = 0.1


def create(bootstrap_servers: str, *, partitions: int = PARTITIONS, replication_factor: int = BROKERS_DEFAULT) -> bool:
    """Create `todo-create` if it is missing, and wait until clients see it; whether it was missing.

    One that exists is left as it is.

    Raises:
        TopicRefused: the brokers cannot be reached in 30 seconds, or refuse the topic.
    """
    admin = admin_client(bootstrap_servers)
    new = NewTopic(TOPIC, num_partitions=partitions, replication_factor=replication_factor)
    deadline = time.monotonic() + TIMEOUT_SECONDS
    created = False
    while True:
        try:
            created = _is_new(admin, new) or created
            if _is_led(admin):
                return created
            reason = "its partitions have no leaders"
        except KafkaException as error:
            reason = error.args[0].str()
            # Negative codes are the client's own: it has no connection yet, or changed it.
            if error.args[0].code() >= 0:
                raise TopicRefused(f"{bootstrap_servers} did not create the topic {TOPIC}: {reason}") from error
        if time.monotonic() > deadline:
            raise TopicRefused(f"{bootstrap_servers} did not create the topic {TOPIC}: {reason}")
        time.sleep(RETRY_SECONDS)


def _is_new(admin: AdminClient, new: NewTopic) -> bool:
    try:
        admin.create_topics([new], request_timeout=TIMEOUT_SECONDS)[TOPIC].result()
    except KafkaException as error:
        if error.args[0].code() == KafkaError.TOPIC_ALREADY_EXISTS:
            return False
        raise
    return True


def _is_led(admin: AdminClient) -> bool:
    """Whether the brokers tell clients a leader of every partition: they do so a moment after it is made."""
    topic = admin.list_topics(TOPIC, timeout=TIMEOUT_SECONDS).topics[TOPIC]
    return bool(topic.partitions) and all(partition.leader >= 0 for partition in topic.partitions.values())
