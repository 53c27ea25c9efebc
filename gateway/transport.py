"""How the server treats connections: sizes, pings, ages. What gRPC calls channel arguments.

https://github.com/grpc/grpc/blob/master/include/grpc/impl/channel_arg_names.h
"""

from typing import Final, TypeAlias

from gateway.config import GatewaySettings

Options: TypeAlias = list[tuple[str, int]]

_PING_SECONDS: Final = 60
_PING_ANSWER_SECONDS: Final = 20


def options(settings: GatewaySettings) -> Options:
    """The options of a server with these settings."""
    return [
        ("grpc.so_reuseport", 0),  # on by default: a second server would share the port in silence
        ("grpc.max_receive_message_length", settings.max_message_bytes),
        ("grpc.max_concurrent_streams", settings.max_calls_per_connection),
        # It counts streams that have ended but are not freed yet, and so refuses calls of clients within the limit.
        ("grpc.http.overload_protection", 0),
        # By default a client may ping every 5 minutes, less often than most are told to: they lose their connection
        # with "too_many_pings". https://github.com/grpc/proposal/blob/master/A8-client-side-keepalive.md
        ("grpc.http2.min_ping_interval_without_data_ms", int(settings.min_ping_interval_seconds * 1000)),
        ("grpc.keepalive_permit_without_calls", 1),
        # A client that vanished without a word must not hold its calls' places until TCP notices.
        ("grpc.keepalive_time_ms", _PING_SECONDS * 1000),
        ("grpc.keepalive_timeout_ms", _PING_ANSWER_SECONDS * 1000),
        # Connections end now and then (gRPC adds a tenth of chance), so that load finds new replicas.
        # https://github.com/grpc/proposal/blob/master/A9-server-side-conn-mgt.md
        ("grpc.max_connection_age_ms", int(settings.max_connection_age_seconds * 1000)),
        ("grpc.max_connection_age_grace_ms", int(settings.max_connection_age_grace_seconds * 1000)),
    ]
