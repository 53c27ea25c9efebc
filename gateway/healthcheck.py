"""`python -m gateway.healthcheck`: does the gateway of this machine serve? For container engines."""

import sys
from typing import Final

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from gateway import config
from runtime.settings import InvalidSetting

_ANSWER_SECONDS: Final = 3.0
_ANY_ADDRESS: Final = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]", "::": "[::1]"}  # noqa: S104 what GATEWAY_HOST may be
_STATUS: Final = health_pb2.HealthCheckResponse.ServingStatus


def address(settings: config.GatewaySettings) -> str:
    """Where a gateway with these settings is asked in plaintext from its own machine.

    Raises:
        InvalidSetting: nowhere, because its only port speaks TLS.
    """
    if settings.tls_cert and settings.health_port is None:
        raise InvalidSetting("GATEWAY_HEALTH_PORT is not set; a health check speaks no TLS")
    port = settings.port if settings.health_port is None else settings.health_port
    return f"{_ANY_ADDRESS.get(settings.host, settings.host)}:{port}"


def status(address: str) -> str:
    """What the gateway at an address says of itself: SERVING, NOT_SERVING, or why it says nothing.

    Blocks for at most 3 seconds.
    """
    # A proxy is for other machines.
    with grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]) as channel:
        check = health_pb2_grpc.HealthStub(channel).Check  # type: ignore[attr-defined]  # set in its __init__
        try:
            answer = check(health_pb2.HealthCheckRequest(), timeout=_ANSWER_SECONDS)
        except grpc.RpcError:
            return f"nobody answers at {address}"
    return _STATUS.Name(answer.status)


def main() -> int:
    """The exit code: 0 when the gateway is serving, 1 when it is not, 2 for a wrong setting."""
    try:
        said = status(address(config.from_environment().settings))
    except InvalidSetting as error:
        said, code = f"gateway: {error}", 2
    else:
        code = 0 if said == "SERVING" else 1
    print(said)  # noqa: T201 a container engine keeps it with the check's result
    return code


if __name__ == "__main__":
    sys.exit(main())
