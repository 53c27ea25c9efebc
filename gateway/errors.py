"""Why a call is not answered OK, grouped by what the caller can do about it."""

from collections.abc import Sequence
from typing import Final

from gateway.validation import FieldViolation

_NAMED: Final = 8
"""Most fields in a message for people; the details hold the others."""


class GatewayError(Exception):
    """The root of every error that a caller is told about. Its text is written for that caller."""


class MalformedRequest(GatewayError):
    """The request's bytes are not the message that the method takes."""


class InvalidRequest(GatewayError):
    """The request breaks rules of its fields. Sending it again as it is cannot help."""

    def __init__(self, violations: list[FieldViolation]) -> None:
        fields = list(dict.fromkeys(violation.field for violation in violations))
        more = f" and {len(fields) - _NAMED} more" if len(fields) > _NAMED else ""
        super().__init__(f"invalid: {', '.join(fields[:_NAMED])}{more}")
        self.violations = violations


class CredentialsMissing(GatewayError):
    """The call does not say who makes it."""


class CredentialsRefused(GatewayError):
    """What the call says of who makes it proves nothing."""


class KeysUnavailable(GatewayError):
    """Nobody can check who makes the call, since the issuer's keys are not known. Trying again later can help."""


class BrokersUnavailable(GatewayError):
    """The brokers did not take the event, for certain. Trying again later can help."""


class GatewayStarting(GatewayError):
    """The gateway has not found all that it needs yet, and took nothing. Trying again later can help."""


class GatewayStopping(GatewayError):
    """The gateway takes no more of a stream; all that it took is answered. Another gateway can go on."""


class OutcomeUnknown(GatewayError):
    """The call's deadline passed before the brokers answered. A retry with the same request_id is safe."""


class DeadlineGone(GatewayError):
    """The call's deadline had passed before it was worked on, so nothing was stored."""


class Overloaded(GatewayError):
    """As much is being worked on as there is room for. Trying again later can help."""


class EventRefused(GatewayError):
    """The brokers refuse this very event. No retry can help; the gateway or the topic is set up wrongly."""


class BatchIncomplete(GatewayError):
    """Some todos of a batch are stored, others are not known to be. A retry with the same request_ids is safe."""

    def __init__(self, unconfirmed: Sequence[int], of: int, cause: GatewayError) -> None:
        super().__init__(f"{len(unconfirmed)} of {of} todos are not known to be stored: {cause}")
        self.unconfirmed = unconfirmed
