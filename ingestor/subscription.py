"""The options of the Kafka client."""

from collections.abc import Mapping
from typing import Final

from runtime import kafka

GROUP: Final = "todo"
_PROMISED: Final = {
    "group.id": GROUP,
    "auto.offset.reset": "earliest",
    "enable.auto.commit": "false",
    "enable.auto.offset.store": "false",
    "allow.auto.create.topics": "false",
}
"""What "exactly one row" rests on, so nobody may set it otherwise."""
_CLASSIC_PROMISED: Final = {"partition.assignment.strategy": "cooperative-sticky"}
_DEFAULTS: Final = {
    "bootstrap.servers": "127.0.0.1:9092",
    "client.id": "todo-ingestor",
    "queued.max.messages.kbytes": "16384",  # bounds what is fetched ahead, also while the database is away
    "topic.metadata.refresh.interval.ms": "10000",  # a topic that appears is seen soon
}
"""Where ours differ from librdkafka's; KAFKA_* variables go before them."""
_CLASSIC_DEFAULTS: Final = {
    "session.timeout.ms": "6000",  # the fence makes a short one safe: docs/decisions/0005
    "heartbeat.interval.ms": "1500",
}
"""The broker decides these in its own protocol (KIP-848), and the client refuses them there."""

_EMERGENCIES: Final = 0
_REACHING: Final = (
    "bootstrap.",
    "broker.",
    "client.",
    "enable.s",
    "https.",
    "metadata.broker.",
    "sasl.",
    "security.",
    "socket.",
    "ssl.",
)


def consumer_options(environ: Mapping[str, str]) -> kafka.Options:
    """The consumer's options, with what `KAFKA_*` variables set.

    Raises:
        InvalidSetting: a variable sets what our promises rest on.
    """
    given = kafka.client_options(environ, kept=[*_PROMISED, *_CLASSIC_PROMISED])
    if given.get("group.protocol") == "consumer":
        return {**_DEFAULTS, **given, **_PROMISED}
    return {**_DEFAULTS, **_CLASSIC_DEFAULTS, **given, **_PROMISED, **_CLASSIC_PROMISED}


def admin_options(options: kafka.Options) -> kafka.Options:
    """Those of the consumer's options that say how to reach the brokers.

    The client logs nothing by itself: who asks it something is told what is wrong.
    """
    reaching = {name: value for name, value in options.items() if name.startswith(_REACHING)}
    return {**reaching, "log_level": _EMERGENCIES}
