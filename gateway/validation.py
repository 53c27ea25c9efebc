"""The rules that stand in the .proto, applied to a request: every violation, not only the first."""

from dataclasses import dataclass

import protovalidate
from google.protobuf.message import Message

from todo.v1 import todo_service_pb2 as pb


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One rule that a field breaks: its path as the client wrote it (`todo.title`), the rule's id, and a sentence."""

    field: str
    rule: str
    description: str


class Rules:
    """The compiled rules. Compiles those of CreateTodo when built, so that no call pays for it."""

    def __init__(self) -> None:
        self._validator = protovalidate.Validator()
        self.violations(pb.CreateTodoRequest())

    def violations(self, message: Message) -> list[FieldViolation]:
        """Every rule that the message breaks, empty when it keeps them all."""
        found = [violation.proto for violation in self._validator.collect_violations(message)]
        return [FieldViolation(_path(broken), broken.rule_id, broken.message) for broken in found]


def _path(broken: protovalidate.ViolationPb) -> str:
    path = ""
    for element in broken.field.elements if broken.field else ():
        path += f".{element.field_name}" if path else element.field_name
        if element.subscript is not None:
            path += f"[{element.subscript.value}]"
    return path
