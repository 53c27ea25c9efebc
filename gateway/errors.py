"""Why a call is not answered OK, grouped by what the caller can do about it."""

from gateway.validation import FieldViolation


class GatewayError(Exception):
    """The root of every error that a caller is told about. Its text is written for that caller."""


class MalformedRequest(GatewayError):
    """The request's bytes are not the message that the method takes."""


class InvalidRequest(GatewayError):
    """The request breaks rules of its fields. Sending it again as it is cannot help."""

    def __init__(self, violations: list[FieldViolation]) -> None:
        fields = ", ".join(dict.fromkeys(violation.field for violation in violations))
        super().__init__(f"invalid: {fields}")
        self.violations = violations


class BrokersUnavailable(GatewayError):
    """The brokers did not take the event, for certain. Trying again later can help."""


class GatewayStarting(GatewayError):
    """The gateway has not found all that it needs yet, and took nothing. Trying again later can help."""


class OutcomeUnknown(GatewayError):
    """The call's deadline passed before the brokers answered. A retry with the same request_id is safe."""


class Overloaded(GatewayError):
    """Too many events wait for the brokers already. Trying again later can help."""


class EventRefused(GatewayError):
    """The brokers refuse this very event. No retry can help; the gateway or the topic is set up wrongly."""
