"""`python -m ingestor ingest`: everything is built here, and nowhere else."""

import logging
import signal
import sys
import threading
import time
import traceback
from functools import partial
from types import FrameType

import structlog
from confluent_kafka import Consumer
from confluent_kafka.admin import AdminClient
from django.core.management.base import BaseCommand
from structlog.stdlib import BoundLogger

from ingestor import probe, settings, startup, triage
from ingestor.backoff import Backoff
from ingestor.consumer import LogConsumer, log_commit
from ingestor.errors import ConsumerUnusable, LooksLikeBadDeploy
from ingestor.health import Health
from ingestor.pipeline import Pipeline
from ingestor.report import Report
from ingestor.schedule import BackToBack
from ingestor.subscription import admin_options
from ingestor.todos.connection import never_hang
from ingestor.todos.isolation import BadShareLimit
from ingestor.todos.offsets import Offsets
from ingestor.todos.store import TodoStore
from ingestor.topic import Topic
from runtime import kafka, logs
from runtime.settings import InvalidSetting
from schemas.codec import EventDecoder
from schemas.errors import RegistryRefused
from schemas.names import TOPIC
from schemas.registry import SchemaRegistry

FIRST_DELAY_SECONDS = 0.25
MOST_DELAY_SECONDS = 3.0


class Command(BaseCommand):
    """Stores todos from the topic until SIGTERM or SIGINT, which finish the batch in hand."""

    help = "Store todos from the topic, until SIGTERM."
    requires_system_checks = ()

    def handle(self, *_args: object, **_options: object) -> None:
        """Run. Exit code 0 when told to stop, 1 when it cannot go on.

        Raises:
            InvalidSetting: names the variable that is wrong.
        """
        configured = settings.from_environment()
        settings.databases(configured)
        options = settings.consumer()
        logs.configure(configured.log_format, configured.log_level)
        _leave_faults_to_us(configured.log_level)
        never_hang(configured.database_timeout_seconds)
        log = structlog.stdlib.get_logger("ingestor")
        stopping = _set_by_signals()
        try:
            _ingest(configured, options, log, stopping)
        except (LooksLikeBadDeploy, ConsumerUnusable, RegistryRefused) as error:
            log.critical("stopped", reason=str(error))
            sys.exit(1)
        except InvalidSetting:
            raise
        except Exception as error:
            # Its text could quote what a record holds; where it happened cannot.
            where = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
            kind = triage.condition_of(error)
            log.critical("stopped by an error of no known kind", kind=kind, where=where)
            sys.exit(1)


def _ingest(
    configured: settings.IngestorSettings, options: kafka.Options, log: BoundLogger, stopping: threading.Event
) -> None:
    """Build the parts, wait for what they need, and run passes until the process is stopping."""
    with kafka.naming_variables(options):
        client = Consumer({**options, "on_commit": log_commit}, logger=logging.getLogger("librdkafka"))
        admin = AdminClient(admin_options(options))
    topic = Topic(admin, TOPIC)
    offsets = Offsets(TOPIC)
    health = Health(log, time.monotonic)
    report = Report(log, shows_payloads=configured.log_payloads)
    consumer = LogConsumer(
        client,
        topic,
        lambda partitions: offsets.claim(topic.id(), partitions),
        stopping=stopping,
        clock=time.monotonic,
        batch_max_records=configured.batch_max_records,
    )
    try:
        with (
            probe.served(health, configured.health_port),
            SchemaRegistry(configured.schema_registry_url, configured.registry_options) as registry,
        ):
            pipeline = Pipeline(
                consumer,
                EventDecoder(registry.schema_by_id),
                TodoStore(offsets, BadShareLimit(configured.bad_share_limit, configured.bad_share_min_records)),
                health=health,
                backoff=_backoff(),
                report=report,
                poll_timeout_seconds=configured.poll_timeout_seconds,
            )
            checks = (topic.id, startup.tables_exist, partial(startup.subject_exists, registry))
            if startup.wait_until_ready(checks, health, _backoff(), stopping):
                consumer.join()
                BackToBack(pipeline.run_pass, stopping).run()
    finally:
        consumer.close()
    log.info("stopped", **report.totals)


def _leave_faults_to_us(log_level: str) -> None:
    """Both libraries report in many lines what `Health`, or the last words of this command, say in one."""
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    if log_level != "DEBUG":
        logging.getLogger("librdkafka").setLevel(logging.CRITICAL)


def _backoff() -> Backoff:
    return Backoff(FIRST_DELAY_SECONDS, MOST_DELAY_SECONDS)


def _set_by_signals() -> threading.Event:
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    return stopping
