"""Kafka's administration client."""

import os
from typing import Final

from confluent_kafka.admin import AdminClient

from runtime.kafka import client_options

# What goes wrong is an answer that the caller judges; librdkafka would write it to standard error besides.
SILENT: Final = 0


def admin_client(bootstrap_servers: str) -> AdminClient:
    """A client with the options of the `KAFKA_*` variables, as the services take them.

    Raises:
        InvalidSetting: a variable is empty.
    """
    options = client_options(os.environ, kept=())
    return AdminClient({"log_level": SILENT, **options, "bootstrap.servers": bootstrap_servers})
