"""A client that knows nothing of our generated code: it asks the server what it speaks, as grpcurl does."""

from collections.abc import Iterator, Sequence
from typing import Any, cast

import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from google.rpc import error_details_pb2, status_pb2

Metadata = tuple[tuple[str, str | bytes], ...]


class ReflectionClient:
    """Calls unary methods with dictionaries."""

    def __init__(
        self,
        address: str,
        options: Sequence[tuple[str, str | int]] = (),
        credentials: grpc.ChannelCredentials | None = None,
    ) -> None:
        if credentials is None:
            self.channel = grpc.insecure_channel(address, options=options)
        else:
            self.channel = grpc.secure_channel(address, credentials, options=options)
        self._database = ProtoReflectionDescriptorDatabase(self.channel)
        self._pool = DescriptorPool(self._database)

    def services(self) -> list[str]:
        """The names of the services that the server offers."""
        return list(self._database.get_services())

    def call(
        self, service: str, method: str, request: dict[str, Any], timeout: float | None = 30, metadata: Metadata = ()
    ) -> dict[str, Any]:
        """The answer as a dictionary, with the names of the .proto. Raises grpc.RpcError."""
        described = self._pool.FindServiceByName(service).methods_by_name[method]
        input_class, output_class = GetMessageClass(described.input_type), GetMessageClass(described.output_type)
        call = self.channel.unary_unary(
            f"/{service}/{method}",
            request_serializer=input_class.SerializeToString,
            response_deserializer=output_class.FromString,
        )
        answer = call(ParseDict(request, input_class()), timeout=timeout, metadata=metadata)
        return MessageToDict(answer, preserving_proto_field_name=True)

    def stream(self, service: str, method: str, requests: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """The answers of a method that takes and gives streams, as they come. Raises grpc.RpcError."""
        described = self._pool.FindServiceByName(service).methods_by_name[method]
        input_class, output_class = GetMessageClass(described.input_type), GetMessageClass(described.output_type)
        call = self.channel.stream_stream(
            f"/{service}/{method}",
            request_serializer=input_class.SerializeToString,
            response_deserializer=output_class.FromString,
        )
        for answer in call((ParseDict(request, input_class()) for request in requests), timeout=120):
            yield MessageToDict(answer, preserving_proto_field_name=True)

    def create_todo(self, todo: dict[str, Any], request_id: str = "", **options: Any) -> dict[str, Any]:  # noqa: ANN401
        """CreateTodo's answer."""
        return self.call("todo.v1.TodoService", "CreateTodo", {"todo": todo, "request_id": request_id}, **options)

    def begin_create_todo(self, todo: dict[str, Any]) -> "grpc.Future[Any]":
        """A CreateTodo that nobody waits for yet."""
        method = self._pool.FindServiceByName("todo.v1.TodoService").methods_by_name["CreateTodo"]
        request = ParseDict({"todo": todo}, GetMessageClass(method.input_type)())
        call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = self.channel.unary_unary(
            "/todo.v1.TodoService/CreateTodo", None, None
        )
        return call.future(request.SerializeToString(), timeout=60)

    def raw(self, method: str, body: bytes, timeout: float | None = 30) -> bytes:
        """Send bytes as they are."""
        call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = self.channel.unary_unary(method, None, None)
        return call(body, timeout=timeout)

    def close(self) -> None:
        self.channel.close()


def as_call(error: grpc.RpcError) -> grpc.Call:
    """The call that failed: the errors that stubs raise are calls too, which their type does not say."""
    return cast("grpc.Call", error)


def details(error: grpc.RpcError) -> dict[str, Any]:
    """What the status of a failed call carries: its reason, its `BadRequest` fields and its `RetryInfo` seconds."""
    packed = dict(as_call(error).trailing_metadata() or ()).get("grpc-status-details-bin", b"")
    assert isinstance(packed, bytes)
    status = status_pb2.Status.FromString(packed)
    found: dict[str, Any] = {"code": status.code, "message": status.message}
    for detail in status.details:
        info, bad_request = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
        retry = error_details_pb2.RetryInfo()
        if detail.Unpack(info):
            found["reason"] = f"{info.domain}/{info.reason}"
        if detail.Unpack(bad_request):
            found["fields"] = sorted({violation.field for violation in bad_request.field_violations})
        if detail.Unpack(retry):
            found["retry_seconds"] = retry.retry_delay.seconds
    return found
