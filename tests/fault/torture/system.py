"""The system under torture: three brokers, PostgreSQL, the registry, two gateways and three ingestors."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Final

from stack import Addresses, Stack, programs
from stack.nursery import Nursery
from stack.parallel import together
from stack.ports import free_ports
from stack.service import Blueprint, Service
from tests.fault.torture.parts import Part
from tests.fault.torture.schedule import GATEWAYS, INGESTORS

START_SECONDS: Final = 90.0
_STEP_SECONDS: Final = 120


@dataclass(frozen=True, slots=True)
class System:
    """All parts, running."""

    parts: Mapping[str, Part]
    addresses: Addresses
    gateways: Sequence[str]
    logs: Mapping[str, Path]


@contextmanager
def running(folder: Path, ingestors: Sequence[str]) -> Iterator[System]:
    """The system on free ports, with logs of our services in `folder`; nothing of it runs when the block ends.

    `ingestors` are the modules that are run as ingestors, in turn.

    Raises:
        StackError: a part does not start.
    """
    with Stack.ephemeral(brokers=3) as stack:
        environment = {**programs.program_environment(stack.addresses, for_person=False), "PYTHONUNBUFFERED": "1"}
        for step in programs.STEPS:
            subprocess.run(
                programs.command(step.arguments),
                cwd=programs.CHECKOUT,
                env=environment,
                check=True,
                capture_output=True,
                timeout=_STEP_SECONDS,
            )
        nursery = Nursery()
        ports = dict(zip(GATEWAYS, free_ports(len(GATEWAYS)), strict=True))
        blueprints = [_gateway(name, port, folder, environment) for name, port in ports.items()]
        blueprints += [
            _ingestor(name, module, folder, environment)
            for name, module in zip(INGESTORS, cycle(ingestors), strict=False)
        ]
        services = [Service(blueprint, nursery) for blueprint in blueprints]

        def end() -> None:
            for service in services:
                service.kill()

        try:
            together([service.start for service in services], on_error=end)
            everything = [*(stack.service(name) for name in stack.services), *services]
            yield System(
                parts={service.name: Part(service) for service in everything},
                addresses=stack.addresses,
                gateways=[f"127.0.0.1:{port}" for port in ports.values()],
                logs={service.name: service.log_path for service in everything},
            )
        finally:
            end()
            nursery.close()


def _gateway(name: str, port: int, folder: Path, environment: Mapping[str, str]) -> Blueprint:
    log = _Log(folder / f"{name}.log")
    return Blueprint(
        name=name,
        address=f"127.0.0.1:{port}",
        command=programs.command(("gateway",)),
        folder=programs.CHECKOUT,
        log_path=log.path,
        before_start=log.begin,
        is_ready=log.has_words,
        ports={port: ""},
        environment={**environment, "GATEWAY_PORT": str(port)},
        ready_timeout_seconds=START_SECONDS,
        stop_timeout_seconds=40,  # its calls in flight have 30 s
    )


def _ingestor(name: str, module: str, folder: Path, environment: Mapping[str, str]) -> Blueprint:
    log = _Log(folder / f"{name}.log")
    return Blueprint(
        name=name,
        address="",
        command=programs.command((module, "ingest")),
        folder=programs.CHECKOUT,
        log_path=log.path,
        before_start=log.begin,
        is_ready=log.has_words,
        environment=environment,
        ready_timeout_seconds=START_SECONDS,
        stop_timeout_seconds=60,  # its batch in hand may have to wait for a frozen database
    )


class _Log:
    """A service that has written its first line is up: the time until it serves belongs to what is measured."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._start_bytes = 0

    def begin(self) -> None:
        self._start_bytes = self.path.stat().st_size if self.path.exists() else 0

    def has_words(self) -> bool:
        return self.path.exists() and self.path.stat().st_size > self._start_bytes
