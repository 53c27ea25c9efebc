"""Asking one broker, in Kafka's own protocol, whether a first message and a first group would be served at once.

A broker that has just started says that its coordinators still load. librdkafka waits that out in silence, for as long
as half a second at a client's first use; here it is part of being ready.
https://kafka.apache.org/protocol
"""

import socket
import struct
from typing import Final

from stack.ports import LOOPBACK

FIND_COORDINATOR: Final = 10
INIT_PRODUCER_ID: Final = 22
TIMEOUT_SECONDS: Final = 2.0
CLIENT: Final = b"stack"
# Making the offsets topic is part of finding a group's coordinator for the first time.
GROUP: Final = b"todo"


def is_serving(port: int) -> bool:
    """Whether the broker gives out producer ids and knows the coordinator of the group `todo`."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=TIMEOUT_SECONDS) as connection:
            no_transaction = struct.pack(">hi", -1, 60_000)
            group = struct.pack(">h", len(GROUP)) + GROUP + b"\0"
            return all(
                _error_code(connection, key, version, body) == 0
                for key, version, body in ((INIT_PRODUCER_ID, 1, no_transaction), (FIND_COORDINATOR, 1, group))
            )
    except (OSError, struct.error):
        return False


def _error_code(connection: socket.socket, key: int, version: int, body: bytes) -> int:
    header = struct.pack(">hhih", key, version, 0, len(CLIENT)) + CLIENT
    connection.sendall(struct.pack(">i", len(header) + len(body)) + header + body)
    (length,) = struct.unpack(">i", _exactly(connection, 4))
    # Both answers begin alike: correlation id, throttle time in milliseconds, error code.
    _correlation, _throttle, error_code = struct.unpack_from(">iih", _exactly(connection, length))
    return int(error_code)


def _exactly(connection: socket.socket, count: int) -> bytes:
    received = b""
    while len(received) < count:
        chunk = connection.recv(count - len(received))
        if not chunk:
            raise ConnectionResetError
        received += chunk
    return received
