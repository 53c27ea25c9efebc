"""The gateway's settings. Each is read from the environment variable of its name, here and nowhere else."""

import os
from dataclasses import dataclass

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from runtime import kafka, settings
from runtime.listening import ListeningSettings
from runtime.logs import LogFormat
from runtime.registry import RegistrySettings

_PROMISED = {
    "acks": "all",
    "enable.idempotence": "true",
}
"""What "acknowledged means durable" rests on, so nobody may set it otherwise."""
_OF_THE_LADDER = ("message.timeout.ms",)
"""Set by gateway/ladder.py to what a call's deadline leaves."""
_DEFAULTS = {
    "bootstrap.servers": "127.0.0.1:9092",
    "linger.ms": "0",  # a lone call waits for nothing; acknowledgements are spaced instead (gateway/delivery.py)
    "client.id": "todo-gateway",
    "queue.buffering.max.kbytes": "65536",  # holds also what calls left behind that were cancelled
}
"""Where ours differ from librdkafka's; KAFKA_* variables go before them."""


class GatewaySettings(ListeningSettings, RegistrySettings):
    """Settings named `GATEWAY_*`, those of `runtime.listening` among them, and the registry's."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_", frozen=True)

    port: int = Field(50051, ge=0, le=65535, description="Port to listen on; 0 takes a free one and logs it.")
    publish_timeout_seconds: float = Field(
        30.0, gt=0, le=900, description="How long a call without a deadline waits for the brokers."
    )
    drain_delay_seconds: float = Field(
        0.0, ge=0, le=300, description="How long after SIGTERM calls are still taken while health says NOT_SERVING."
    )
    drain_timeout_seconds: float = Field(
        30.0, ge=0, le=900, description="How long calls in flight may take to finish after SIGTERM."
    )
    max_message_bytes: int = Field(1_048_576, ge=65_536, description="Largest request that is read, in bytes.")
    max_calls: int = Field(
        1000, ge=1, description="Most calls that are worked on at once; the next is RESOURCE_EXHAUSTED at once."
    )
    max_calls_per_connection: int = Field(
        1000, ge=1, description="Most calls at once on one connection; the client itself holds the next back."
    )
    max_streams: int = Field(
        32, ge=0, description="Most streams at once; each holds some 2 MiB when its client is faster than the brokers."
    )
    max_bytes_in_flight: int = Field(
        67_108_864, ge=1_048_576, description="Most memory that the calls worked on may take together, in bytes."
    )
    max_connection_age_seconds: float = Field(
        600.0, gt=0, le=86_400, description="After so long a connection takes no new calls; its client makes another."
    )
    max_connection_age_grace_seconds: float = Field(
        600.0, gt=0, le=86_400, description="How long calls and streams may go on on such a connection."
    )
    min_ping_interval_seconds: float = Field(
        10.0,
        ge=0,
        le=3_600,
        description="Clients that ping more often, thrice and without a call, lose their connection.",
    )
    log_format: LogFormat = Field(
        LogFormat.AUTO, description="auto (a person at a terminal, JSON elsewhere), console, json."
    )
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="DEBUG, INFO, WARNING or ERROR.")


@dataclass(frozen=True, slots=True)
class Config:
    """All that the gateway takes from its environment."""

    settings: GatewaySettings
    producer_options: kafka.Options


def from_environment() -> Config:
    """Read the environment once.

    Raises:
        InvalidSetting: names the variable that is wrong.
    """
    options = kafka.client_options(os.environ, kept=(*_PROMISED, *_OF_THE_LADDER))
    return Config(settings.load(GatewaySettings, os.environ), {**_DEFAULTS, **options, **_PROMISED})
