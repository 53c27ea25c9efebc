"""The programs that `run` starts on top of the stack: what prepares them, and when each is ready."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stack import readiness
from stack.addresses import Addresses
from stack.errors import InvalidStackSetting
from stack.ports import free_ports
from stack.service import Blueprint

CHECKOUT: Final = Path(__file__).absolute().parent.parent
GATEWAY_PORT: Final = "50051"
EXAMPLE: Final = """grpcurl -plaintext -d '{{"todo": {{"title": "Buy milk", "description": "2 l"}}}}' \
{address} todo.v1.TodoService/CreateTodo"""


@dataclass(frozen=True)
class Step:
    """A command that is run to its end before the programs start."""

    title: str
    arguments: tuple[str, ...]


STEPS: Final = (
    Step("registering the event's schema", ("schemas", "register")),
    Step("migrating the tables", ("ingestor", "migrate")),
)


def command(arguments: tuple[str, ...]) -> tuple[str, ...]:
    """The command of one of our modules, with this Python."""
    return (sys.executable, "-m", *arguments)


def blueprints(addresses: Addresses, environment: Mapping[str, str], logs: Path) -> tuple[Blueprint, ...]:
    """How to run each program, in the order in which they are stopped.

    Raises:
        InvalidStackSetting: GATEWAY_PORT is no number.
    """
    port_text = environment.get("GATEWAY_PORT") or GATEWAY_PORT
    if not port_text.isdigit():
        raise InvalidStackSetting(f"GATEWAY_PORT must be a port, but is {port_text!r}")
    port = int(port_text)
    environment = _with_plain_health(environment)
    health_port = int(environment.get("GATEWAY_HEALTH_PORT") or port)
    return (
        Blueprint(
            name="gateway",
            address=f"localhost:{port}",
            command=command(("gateway",)),
            folder=CHECKOUT,
            log_path=logs / "gateway.log",
            is_ready=lambda: readiness.gateway_serves(health_port),
            ports={port: "GATEWAY_PORT"},
            environment=environment,
            stop_timeout_seconds=40,  # its calls in flight have 30 s
        ),
        Blueprint(
            name="ingestor",
            address="",
            command=command(("ingestor", "ingest")),
            folder=CHECKOUT,
            log_path=logs / "ingestor.log",
            is_ready=lambda: readiness.group_has_members(addresses.kafka_bootstrap_servers),
            environment=environment,
        ),
    )


def _with_plain_health(environment: Mapping[str, str]) -> Mapping[str, str]:
    """With a port for health checks where the gateway's own speaks TLS, which whoever waits for it does not."""
    if "GATEWAY_TLS_CERT" not in environment or "GATEWAY_HEALTH_PORT" in environment:
        return environment
    return {**environment, "GATEWAY_HEALTH_PORT": str(free_ports(1)[0])}


def program_environment(addresses: Addresses, *, for_person: bool) -> dict[str, str]:
    """This process's environment with the addresses, and the form of the logs where nobody chose one."""
    log_format = "console" if for_person else "json"
    forms = {"GATEWAY_LOG_FORMAT": log_format, "INGESTOR_LOG_FORMAT": log_format, "PYTHONUNBUFFERED": "1"}
    return {**forms, **os.environ, **addresses.environment()}
