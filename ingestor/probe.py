"""Health over HTTP, for orchestrators: is the loop alive, and does it serve?

Liveness is progress of the loop and nothing else: to restart a process because its database is away mends nothing.
https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from ingestor.health import Health
from runtime.settings import InvalidSetting

LOOPBACK: Final = "127.0.0.1"
LONGEST_PASS_SECONDS: Final = 300.0
"""A pass that takes longer hangs: its poll, its statements and its wait after a fault all have shorter limits."""


@contextmanager
def served(health: Health, port: int) -> Iterator[None]:
    """Answer `GET /livez` and `GET /readyz` on loopback while the block runs. Port 0 answers nobody.

    Both answer 200 or 503, with `{"serves": ..., "waits_for": ..., "since_progress_seconds": ...}`.

    Raises:
        InvalidSetting: the address cannot be bound.
    """
    if not port:
        yield
        return
    try:
        server = _Server((LOOPBACK, port), _Handler, health)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InvalidSetting(f"INGESTOR_HEALTH_PORT: cannot listen on {LOOPBACK}:{port}: {reason}") from error
    thread = threading.Thread(target=server.serve_forever, name="health", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_port = False

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler], health: Health) -> None:
        super().__init__(address, handler)
        self.health = health


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 5  # seconds, for a client that says nothing

    def do_GET(self) -> None:
        health = self.server.health
        answers = {
            "/livez": health.since_progress_seconds < LONGEST_PASS_SECONDS,
            "/readyz": health.serves,
        }
        if self.path not in answers:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        body = json.dumps(
            {
                "serves": health.serves,
                "waits_for": health.condition.waits_for,
                "since_progress_seconds": round(health.since_progress_seconds, 1),
            }
        ).encode()
        self.send_response(HTTPStatus.OK if answers[self.path] else HTTPStatus.SERVICE_UNAVAILABLE)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 the library's names
        """Say nothing: probes come every few seconds."""
