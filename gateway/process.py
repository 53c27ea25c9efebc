"""One gateway process: the composition root, from settings to a drained end."""

import asyncio
import gc
import signal
from typing import Final

import structlog
from confluent_kafka.admin import AdminClient

from gateway import startup
from gateway.config import Config
from gateway.ladder import ProducerLadder
from gateway.publisher import LatePublisher
from gateway.server import GatewayServer
from gateway.service import TodoService
from gateway.validation import Rules
from schemas.registry import SchemaRegistry

_log = structlog.get_logger(__name__)

_FLUSH_SECONDS: Final = 1.0  # after the drain no call waits for a record any more
_OBJECTS_BETWEEN_COLLECTIONS: Final = 50_000
_ADMIN_OPTIONS_LEFT_OUT: Final = frozenset({"acks", "enable.idempotence", "linger.ms"})


async def run(config: Config) -> int:
    """Serve until SIGTERM or SIGINT, then drain; returns the exit code.

    Raises:
        InvalidSetting: the process cannot start with its settings.
    """
    settings = config.settings
    ending = asyncio.Event()
    broken: list[str] = []

    def end_broken(reason: str) -> None:
        broken.append(reason)
        ending.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ending.set)
    ladder = ProducerLadder(config.producer_options, on_fatal=end_broken)
    publisher = LatePublisher()
    service = TodoService(publisher, Rules(), publish_timeout_seconds=settings.publish_timeout_seconds)
    server = GatewayServer(settings, service)
    port = await server.start()
    _log.info(
        "listening", host=settings.host, port=port, health_port=server.health_port, tls=settings.tls_cert is not None
    )

    async def open_when_ready() -> None:
        with SchemaRegistry(settings.schema_registry_url, settings.registry_options) as registry:
            publisher.open(await startup.publisher(ladder, registry, _admin(config)))
        _collect_garbage_seldom()
        await server.serving()
        _log.info("serving", host=settings.host, port=port)

    opening = asyncio.create_task(open_when_ready())
    ended = asyncio.create_task(ending.wait())
    await asyncio.wait((opening, ended), return_when=asyncio.FIRST_COMPLETED)
    if opening.done():
        opening.result()
    await ended
    opening.cancel()
    _log.info("draining", delay_seconds=settings.drain_delay_seconds, timeout_seconds=settings.drain_timeout_seconds)
    await server.drain(settings.drain_delay_seconds, settings.drain_timeout_seconds)
    left = await ladder.close(_FLUSH_SECONDS)
    _log.info("stopped", records_without_answer=left)
    if broken:
        _log.error("the producer is broken; start the gateway again", reason=broken[0])
    return 1 if broken else 0


def _collect_garbage_seldom() -> None:
    """What is alive now stays alive, and a call makes no cycles: looking through both costs a tenth of a batch."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)


def _admin(config: Config) -> AdminClient:
    options = config.producer_options.items()
    return AdminClient({name: value for name, value in options if name not in _ADMIN_OPTIONS_LEFT_OUT})
