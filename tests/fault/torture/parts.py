"""One part of the system under torture: a broker, PostgreSQL, the registry, a gateway or an ingestor."""

import contextlib
from collections.abc import Iterator

import psutil

from stack.service import Service


class Part:
    """A service that can be killed, stopped, frozen and brought back. For one thread at a time; methods block."""

    def __init__(self, service: Service) -> None:
        self._service = service

    @property
    def name(self) -> str:
        return self._service.name

    @property
    def is_running(self) -> bool:
        return self._service.is_running

    @property
    def last_words(self) -> str:
        return self._service.last_words()

    def start(self) -> None:
        """Start it, and wait until it is up. Raises StackError when it does not come up."""
        self._service.start()

    def kill(self) -> None:
        """SIGKILL."""
        self._service.kill()

    def stop(self) -> None:
        """Ask it to end, and wait."""
        self._service.stop()

    def freeze(self) -> None:
        """SIGSTOP, with the processes that it has made: PostgreSQL's sessions would go on without it."""
        self._service.pause()
        for child in self._children():
            child.suspend()

    def thaw(self) -> None:
        """SIGCONT."""
        for child in self._children():
            child.resume()
        self._service.resume()

    def _children(self) -> Iterator[psutil.Process]:
        with contextlib.suppress(psutil.NoSuchProcess):
            for child in psutil.Process(self._service.pid).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    yield child
