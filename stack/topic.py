"""The topic that both services share."""

import os
import time
from collections.abc import Mapping
from typing import Final

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from runtime.kafka import client_options
from schemas.names import TOPIC
from stack.errors import TopicRefused

PARTITIONS: Final = 6
BROKERS_DEFAULT: Final = -1
TIMEOUT_SECONDS: Final = 30
RETRY_SECONDS: Final = 0.2


def create(
    bootstrap_servers: str,
    *,
    partitions: int = PARTITIONS,
    replication_factor: int = BROKERS_DEFAULT,
    environ: Mapping[str, str] = os.environ,
) -> bool:
    """Create `todo-create` if it is missing; whether it was. One that exists is left as it is.

    Options of the client are taken from `KAFKA_*` variables, as the services take them.

    Raises:
        TopicRefused: the brokers cannot be reached in 30 seconds, or refuse the topic.
    """
    options = client_options(environ, kept=())
    admin = AdminClient({**options, "bootstrap.servers": bootstrap_servers})
    new = NewTopic(TOPIC, num_partitions=partitions, replication_factor=replication_factor)
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while True:
        try:
            admin.create_topics([new], request_timeout=TIMEOUT_SECONDS)[TOPIC].result()
        except KafkaException as error:
            reason = error.args[0]
            if reason.code() == KafkaError.TOPIC_ALREADY_EXISTS:
                return False
            # Negative codes are the client's own: it has no connection yet, or changed it.
            if reason.code() >= 0 or time.monotonic() > deadline:
                raise TopicRefused(f"{bootstrap_servers} did not create the topic {TOPIC}: {reason.str()}") from error
            time.sleep(RETRY_SECONDS)
        else:
            return True
