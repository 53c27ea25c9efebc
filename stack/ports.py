"""Ports on loopback."""

import errno
import random
import socket
import time
from typing import Final

import psutil

from stack.errors import PortInUse

LOOPBACK: Final = "127.0.0.1"
LOWEST_FREE_PORT: Final = 15_000
# Below what systems hand to outgoing connections (Linux from 32768, macOS from 49152): a client's connection must not
# take a port while its server is restarted.
HIGHEST_FREE_PORT: Final = 32_000
COMPANION_DISTANCE: Final = 10_000
RELEASE_SECONDS: Final = 3.0
POLL_SECONDS: Final = 0.1


def free_ports(count: int) -> list[int]:
    """That many different ports on which nothing listens now."""
    found: list[int] = []
    while len(found) < count:
        port = random.randint(LOWEST_FREE_PORT, HIGHEST_FREE_PORT)  # noqa: S311 no secret
        if port not in found and is_free(port):
            found.append(port)
    return found


def companion(port: int) -> int:
    """The port of a part's internal listener, derived from its public one."""
    return port + COMPANION_DISTANCE if port < HIGHEST_FREE_PORT else port - COMPANION_DISTANCE


def is_free(port: int) -> bool:
    """Whether a server could listen on loopback at this port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                return False
            raise
    return True


def accepts(port: int) -> bool:
    """Whether something answers a connection on loopback at this port."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1):
            return True
    except OSError:
        return False


def require_free(port: int, service: str, variable: str) -> None:
    """Wait up to three seconds for a process that is just being ended to release the port.

    Raises:
        PortInUse: names the port, who listens when the system tells, and the variable that moves the service.
    """
    deadline = time.monotonic() + RELEASE_SECONDS
    while not is_free(port):
        if time.monotonic() > deadline:
            hint = f"stop that process, or move ours with {variable}=<port>" if variable else "stop that process"
            raise PortInUse(f"{service} needs port {port}, but {_listener(port)} listens there; {hint}")
        time.sleep(POLL_SECONDS)


def _listener(port: int) -> str:
    try:
        for connection in psutil.net_connections(kind="tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
    except psutil.Error:  # others' processes cannot be seen by an ordinary user everywhere
        pass
    return "another process"
