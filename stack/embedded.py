"""The embedded stack: real Kafka, schema registry and PostgreSQL as children of this process."""

import contextlib
import os
from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import Final, Self

from stack import kafka, layout, postgres, registry, state, topic
from stack.addresses import Addresses
from stack.cache import Cache
from stack.display import Display, QuietDisplay
from stack.errors import UnknownService
from stack.layout import Layout
from stack.nursery import Nursery
from stack.parallel import together
from stack.secured import SecuredListener
from stack.service import Blueprint, Service
from stack.settings import StackSettings, read
from stack.state import Record, ServiceRecord, StateFolder

PARTS: Final = frozenset({"kafka", "registry", "postgres"})


class Stack:
    """The parts that were asked for and that the environment gives no server for. Use as a context manager."""

    def __init__(
        self, folder: StateFolder, ports: Layout, parts: Collection[str], settings: StackSettings, display: Display
    ) -> None:
        self._folder = folder
        self._ports = ports
        self._settings = settings
        self._display = display
        self._parts = _started(parts, settings.given)
        self._has_kafka = "kafka" in parts
        self._nursery = Nursery()
        self._services: dict[str, Service] = {}

    @classmethod
    @contextlib.contextmanager
    def ephemeral(
        cls,
        brokers: int = 1,
        parts: Collection[str] = PARTS,
        *,
        secured: SecuredListener | None = None,
        display: Display | None = None,
    ) -> Iterator[Self]:
        """A running stack on free ports, with the topic `todo-create`; nothing of it is left when the block ends.

        A server that the environment names (KAFKA_BOOTSTRAP_SERVERS, SCHEMA_REGISTRY_URL, DATABASE_URL) is used
        instead of one of ours; then the topic is created there if it is missing, and stays.

        Raises:
            StackError: a part cannot be started; see `stack.errors`.
        """
        settings = read(os.environ)
        folder = state.ephemeral()
        stack = cls(folder, layout.free(brokers, secured), parts, settings, display or QuietDisplay())
        try:
            stack.start()
            yield stack
        finally:
            stack.kill()
            folder.remove()

    @classmethod
    def persistent(cls, folder: StateFolder, brokers: int, settings: StackSettings, display: Display) -> Self:
        """A stack on the known ports, not yet started, whose data is in a folder that the caller has taken."""
        return cls(folder, layout.fixed(settings, brokers), PARTS, settings, display)

    @property
    def addresses(self) -> Addresses:
        """Where the parts are reached: ours, or those that the environment gives."""
        given = self._settings.given
        ours = self._parts
        return Addresses(
            self._ports.bootstrap_servers if "kafka" in ours else given.kafka_bootstrap_servers,
            registry.url(self._ports.registry_port) if "registry" in ours else given.schema_registry_url,
            postgres.url(self._ports.postgres_port) if "postgres" in ours else given.database_url,
        )

    @property
    def services(self) -> tuple[str, ...]:
        """The names of the services that this stack runs, in the order in which they are stopped."""
        return tuple(sorted(self._services, key=lambda name: ("registry", "kafka", "postgres").index(_part(name))))

    def service(self, name: str) -> Service:
        """One service: `kafka-1` (and -2, -3), `registry` or `postgres`.

        Raises:
            UnknownService: this stack does not run it.
        """
        if name not in self._services:
            known = ", ".join(self.services) or "none"
            raise UnknownService(f"this stack does not run {name}; it runs: {known}")
        return self._services[name]

    def start(self) -> None:
        """Start all parts side by side, wait until they serve, and see to the topic. After an error nothing runs.

        Raises:
            StackError: a part cannot be started, or the brokers refuse the topic.
            OSError: the file system refuses something, for instance because it is full.
        """
        plans = [plan for part, plan in self._plans().items() if part in self._parts]
        together([partial(self._start_part, plan) for plan in plans], on_error=self.kill)
        if self._has_kafka:
            try:
                topic.create(self.addresses.kafka_bootstrap_servers)
            except BaseException:
                self.kill()
                raise

    def fetch(self) -> None:
        """Download what is missing, so that a start does not have to.

        Raises:
            ArtifactUnavailable, ArtifactCorrupt, OSError: see `stack.download.fetch`.
        """
        cache = self._cache()
        if "kafka" in self._parts:
            cache.jars("kafka")
        if "registry" in self._parts:
            cache.unpacked("registry")

    def stop(self) -> None:
        """End all in order: registry, then the brokers together, then PostgreSQL."""
        for part in ("registry", "kafka", "postgres"):
            members = [service for name, service in self._services.items() if _part(name) == part]
            together([member.stop for member in members], on_error=self.kill)
        self._nursery.close()

    def kill(self) -> None:
        """End all at once, with SIGKILL."""
        for service in list(self._services.values()):
            service.kill()
        self._nursery.close()

    def record(self, phase: str, message: str = "") -> Record:
        """What is running now, for `status`."""
        services = (self._services[name] for name in self.services)
        return Record(
            pid=os.getpid(),
            phase=phase,
            message=message,
            brokers=len(self._ports.nodes),
            addresses=self.addresses,
            services=tuple(
                ServiceRecord(
                    name=service.name,
                    address=service.address,
                    pid=service.pid,
                    since=service.started_at.isoformat(timespec="seconds") if service.started_at else "",
                    log=str(service.log_path),
                )
                for service in services
            ),
        )

    def _cache(self) -> Cache:
        settings = self._settings
        return Cache(settings.cache_folder, self._display, repository_url=settings.maven_repository_url)

    def _plans(self) -> dict[str, Callable[[], list[Blueprint]]]:
        path, logs, ports = self._folder.path, self._folder.logs, self._ports
        cache = self._cache()
        return {
            "kafka": lambda: kafka.blueprints(ports.nodes, path / "kafka", logs, cache, ports.kafka_variable),
            "registry": lambda: [
                registry.blueprint(
                    ports.registry_port,
                    ports.registry_management_port,
                    state=path / "registry",
                    logs=logs,
                    cache=cache,
                    variable=ports.registry_variable,
                )
            ],
            "postgres": lambda: [
                postgres.blueprint(ports.postgres_port, path / "postgres", logs, ports.postgres_variable)
            ],
        }

    def _start_part(self, plan: Callable[[], list[Blueprint]]) -> None:
        members = [Service(blueprint, self._nursery) for blueprint in plan()]
        self._services.update({member.name: member for member in members})
        together([partial(self._start_service, member) for member in members], on_error=self.kill)

    def _start_service(self, service: Service) -> None:
        self._display.say(f"starting {service.name}")
        service.start()
        self._display.say(f"{service.name} is ready: {service.address}")


def _started(parts: Collection[str], given: Addresses) -> frozenset[str]:
    elsewhere = {
        "kafka": given.kafka_bootstrap_servers,
        "registry": given.schema_registry_url,
        "postgres": given.database_url,
    }
    return frozenset(part for part in parts if not elsewhere[part])


def _part(service: str) -> str:
    return service.partition("-")[0]
