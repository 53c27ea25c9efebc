"""The gRPC server: our service, health, reflection and limits."""

import asyncio
from typing import Final

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from gateway import callers, transport
from gateway.admission import Admission
from gateway.config import GatewaySettings
from gateway.interceptor import StatusInterceptor
from gateway.service import TodoService
from runtime.settings import InvalidSetting
from runtime.tls import CertificateFiles, ServerCertificate, UnusableCertificate
from todo.v1 import todo_service_pb2 as pb
from todo.v1 import todo_service_pb2_grpc as pb_grpc

SERVICE: Final = pb.DESCRIPTOR.services_by_name["TodoService"].full_name


class GatewayServer:
    """Listens from `start` on; says NOT_SERVING to health checks until `serving`, and again while it drains.

    Attributes:
        health_port: where health checks are answered in plaintext too, once started; None when nowhere.
    """

    health_port: int | None = None

    def __init__(self, settings: GatewaySettings, service: TodoService) -> None:
        self._health = health.aio.HealthServicer()
        self._server = grpc.aio.server(
            interceptors=[
                StatusInterceptor(
                    Admission(settings.max_calls, settings.max_bytes_in_flight),
                    Admission(settings.max_streams, settings.max_bytes_in_flight),
                    callers.authentication(settings),
                )
            ],
            options=transport.options(settings),
        )
        pb_grpc.add_TodoServiceServicer_to_server(service, self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        if settings.reflects:
            reflection.enable_server_reflection((SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME), self._server)
        self._settings = settings
        self._service = service
        self._health_server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._health_server)

    async def start(self) -> int:
        """Bind and listen; returns the port.

        Raises:
            InvalidSetting: the address cannot be bound, mostly because another process has it; or the certificate
                cannot be used.
        """
        settings = self._settings
        credentials = _credentials(settings)
        port = _bound(self._server, settings.host, settings.port, "GATEWAY_PORT", credentials)
        if settings.health_port is not None:
            self.health_port = _bound(self._health_server, settings.host, settings.health_port, "GATEWAY_HEALTH_PORT")
        await self._set_health(serving=False)
        await self._server.start()
        await self._health_server.start()
        return port

    async def serving(self) -> None:
        """Say SERVING from now on."""
        await self._set_health(serving=True)

    async def drain(self, delay_seconds: float, timeout_seconds: float) -> None:
        """Say NOT_SERVING, wait for balancers to see it, take no new calls, and wait for those in flight.

        What is in flight after `timeout_seconds` is cut off.
        """
        await self._health.enter_graceful_shutdown()
        await asyncio.sleep(delay_seconds)
        self._service.end_streams()
        await self._server.stop(timeout_seconds)
        await self._health_server.stop(None)

    async def _set_health(self, *, serving: bool) -> None:
        answer = health_pb2.HealthCheckResponse
        status = answer.SERVING if serving else answer.NOT_SERVING
        for service in (health.OVERALL_HEALTH, SERVICE):
            await self._health.set(service, status)


def _credentials(settings: GatewaySettings) -> grpc.ServerCredentials | None:
    if settings.tls_cert is None or settings.tls_key is None:
        return None
    try:
        files = CertificateFiles(settings.tls_cert, settings.tls_key, settings.tls_client_ca)
        return ServerCertificate(files).credentials()
    except UnusableCertificate as error:
        raise InvalidSetting(f"GATEWAY_TLS_CERT, GATEWAY_TLS_KEY, GATEWAY_TLS_CLIENT_CA: {error}") from error


def _bound(
    server: grpc.aio.Server, host: str, port: int, name: str, credentials: grpc.ServerCredentials | None = None
) -> int:
    address = f"{host}:{port}"
    try:
        if credentials is None:
            return server.add_insecure_port(address)
        return server.add_secure_port(address, credentials)
    except RuntimeError as error:
        raise InvalidSetting(
            f"GATEWAY_HOST, {name}: cannot listen on {address}; is it in use by another process?"
        ) from error
