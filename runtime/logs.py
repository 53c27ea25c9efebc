"""Logs on standard output: one JSON object a line, or lines for a person at a terminal.

https://12factor.net/logs; https://www.structlog.org/en/stable/standard-library.html
"""

import logging
import sys
from enum import StrEnum
from typing import Final

import structlog

# Local variables hold what callers sent, so no traceback shows them: structlog's own renderers do.
_TRACEBACKS: Final = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)
_PLAIN_TRACEBACKS: Final = structlog.dev.plain_traceback


class LogFormat(StrEnum):
    """How a log line looks. `AUTO` is `CONSOLE` at a terminal and `JSON` elsewhere."""

    AUTO = "auto"
    CONSOLE = "console"
    JSON = "json"


def configure(log_format: LogFormat = LogFormat.AUTO, level: str = "INFO") -> None:
    """Send this process's logs, those of libraries included, to standard output. Call once, at start."""
    for_person = log_format is LogFormat.CONSOLE or (log_format is LogFormat.AUTO and sys.stdout.isatty())
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if for_person else "iso", utc=not for_person),
    ]
    renderer: list[structlog.types.Processor] = (
        [
            structlog.dev.ConsoleRenderer(
                colors=sys.stdout.isatty(),
                pad_event_to=0,
                exception_formatter=_PLAIN_TRACEBACKS,
            )
        ]
        if for_person
        else [_TRACEBACKS, structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    logging.getLogger("httpx2").setLevel(max(root.level, logging.WARNING))  # it logs every request
