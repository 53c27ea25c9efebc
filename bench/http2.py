"""As much of HTTP/2 (RFC 9113) as a client of one unary gRPC method needs.

A gRPC library in Python takes as long for a call as the server that is to be measured; this takes a tenth of it.
"""

import struct
from collections.abc import Iterator
from typing import Final

DATA: Final = 0x0
HEADERS: Final = 0x1
RST_STREAM: Final = 0x3
SETTINGS: Final = 0x4
PING: Final = 0x6
GOAWAY: Final = 0x7
WINDOW_UPDATE: Final = 0x8

ACK: Final = 0x1
END_STREAM: Final = 0x1
END_HEADERS: Final = 0x4

DEFAULT_WINDOW: Final = 65_535
_LARGEST_WINDOW: Final = 2**31 - 1
_PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_NO_PUSH: Final = struct.pack(">HI", 0x2, 0)
_LARGE_STREAMS: Final = struct.pack(">HI", 0x4, _LARGEST_WINDOW)
_HEAD: Final = struct.Struct(">BHBBI")
"""Length in 1 and 2 bytes, type, flags, stream."""

Frame = tuple[int, int, int, bytes]
"""Type, flags, stream and payload."""


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """One frame."""
    return _HEAD.pack(len(payload) >> 16, len(payload) & 0xFFFF, kind, flags, stream) + payload


def opening() -> bytes:
    """What a client sends first. The server may then send as much as it likes."""
    widened = struct.pack(">I", _LARGEST_WINDOW - DEFAULT_WINDOW)
    return _PREFACE + frame(SETTINGS, 0, 0, _NO_PUSH + _LARGE_STREAMS) + frame(WINDOW_UPDATE, 0, 0, widened)


def request_headers(path: str, authority: str) -> bytes:
    """The header block (RFC 7541) of a gRPC call, all of it literal, so that it is the same for every call."""
    indexed = b"\x83\x86"  # :method POST, :scheme http
    return b"".join(
        (
            indexed,
            b"\x04" + _text(path),  # :path
            b"\x01" + _text(authority),  # :authority
            b"\x00" + _text("te") + _text("trailers"),
            b"\x00" + _text("content-type") + _text("application/grpc"),
        )
    )


def grpc_message(message: bytes) -> bytes:
    """A message behind its prefix: not compressed, and its length."""
    return struct.pack(">BI", 0, len(message)) + message


def take_frames(buffer: bytearray) -> Iterator[Frame]:
    """The whole frames at the beginning of the buffer, which are removed from it."""
    at = 0
    while len(buffer) - at >= _HEAD.size:
        high, low, kind, flags, stream = _HEAD.unpack_from(buffer, at)
        end = at + _HEAD.size + (high << 16 | low)
        if end > len(buffer):
            break
        yield kind, flags, stream, bytes(buffer[at + _HEAD.size : end])
        at = end
    del buffer[:at]


def _text(text: str) -> bytes:
    """A string literal without Huffman coding; shorter than 127 bytes, so that its length is one byte."""
    encoded = text.encode("ascii")
    return bytes((len(encoded),)) + encoded
