"""The gRPC server: our service, health, reflection and limits."""

from typing import Final

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from gateway.admission import Admission
from gateway.config import GatewaySettings
from gateway.interceptor import StatusInterceptor
from gateway.service import TodoService
from runtime.settings import InvalidSetting
from todo.v1 import todo_service_pb2 as pb
from todo.v1 import todo_service_pb2_grpc as pb_grpc

SERVICE: Final = pb.DESCRIPTOR.services_by_name["TodoService"].full_name


class GatewayServer:
    """Listens from `start` on; says NOT_SERVING to health checks until `serving`, and again while it drains."""

    def __init__(self, settings: GatewaySettings, service: TodoService) -> None:
        self._health = health.aio.HealthServicer()
        self._server = grpc.aio.server(
            interceptors=[StatusInterceptor(Admission(settings.max_calls, settings.max_bytes_in_flight))],
            options=[
                ("grpc.so_reuseport", 0),  # on by default: a second server would share the port in silence
                ("grpc.max_receive_message_length", settings.max_message_bytes),
                ("grpc.max_concurrent_streams", settings.max_calls_per_connection),
            ],
        )
        pb_grpc.add_TodoServiceServicer_to_server(service, self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        reflection.enable_server_reflection((SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME), self._server)
        self._address = f"{settings.host}:{settings.port}"

    async def start(self) -> int:
        """Bind and listen; returns the port.

        Raises:
            InvalidSetting: the address cannot be bound, mostly because another process has it.
        """
        try:
            port = self._server.add_insecure_port(self._address)
        except RuntimeError as error:
            raise InvalidSetting(
                f"GATEWAY_HOST, GATEWAY_PORT: cannot listen on {self._address}; is it in use by another process?"
            ) from error
        await self._set_health(serving=False)
        await self._server.start()
        return port

    async def serving(self) -> None:
        """Say SERVING from now on."""
        await self._set_health(serving=True)

    async def drain(self, timeout_seconds: float) -> None:
        """Say NOT_SERVING, take no new calls, and wait for those in flight, which are cut off after the time."""
        await self._health.enter_graceful_shutdown()
        await self._server.stop(timeout_seconds)

    async def _set_health(self, *, serving: bool) -> None:
        answer = health_pb2.HealthCheckResponse
        status = answer.SERVING if serving else answer.NOT_SERVING
        for service in (health.OVERALL_HEALTH, SERVICE):
            await self._health.set(service, status)
