"""The registry's health check, which is a line of bash, run against a server that answers as told."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests import compose


@contextmanager
def registry(answer: int) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(answer if self.path == "/subjects" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def check(port: int) -> int:
    _, *command = compose.services()["registry"]["healthcheck"]["test"]
    words = [word.replace("$$", "$").replace("8081", str(port)) for word in command]
    return subprocess.run(words, capture_output=True, timeout=10, check=False).returncode


@pytest.mark.parametrize(("answer", "exit_code"), [(200, 0), (500, 1), (404, 1)])
def test_a_registry_is_healthy_when_it_lists_its_subjects(answer: int, exit_code: int) -> None:
    with registry(answer) as port:
        assert check(port) == exit_code


def test_a_registry_that_does_not_listen_is_unhealthy() -> None:
    assert check(1) == 1
