"""Where an event lies in the log, and the token that carries it to a client and back."""

import base64
import binascii
import struct
from dataclasses import dataclass
from typing import Final, Self
from uuid import UUID

from schemas.errors import SchemaError

_VERSION: Final = 1
_LAYOUT: Final = struct.Struct(">B16siq")


class InvalidToken(SchemaError):
    """The text is no consistency token that this release, or an earlier one, has given out."""


@dataclass(frozen=True, slots=True)
class LogPosition:
    """A record's place: the topic's id (KIP-516, so a topic made again is another one), partition and offset."""

    topic_id: UUID
    partition: int
    offset: int

    def to_token(self) -> str:
        """The position as opaque text: URL-safe base64 of a version byte, topic id, partition and offset."""
        packed = _LAYOUT.pack(_VERSION, self.topic_id.bytes, self.partition, self.offset)
        return base64.urlsafe_b64encode(packed).rstrip(b"=").decode("ascii")

    @classmethod
    def from_token(cls, token: str) -> Self:
        """The position that a token carries.

        Raises:
            InvalidToken: the text was not made by `to_token`.
        """
        try:
            packed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
            version, topic_id, partition, offset = _LAYOUT.unpack(packed)
        except (binascii.Error, struct.error, ValueError) as error:
            raise InvalidToken("not a consistency token") from error
        position = cls(UUID(bytes=topic_id), partition, offset)
        if version != _VERSION or partition < 0 or offset < 0 or position.to_token() != token:
            raise InvalidToken("not a consistency token of this release")
        return position
