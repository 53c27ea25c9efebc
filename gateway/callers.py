"""Who makes the call that is being answered."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, Final, TypeAlias

import grpc

from gateway import errors
from runtime import callers, keys, listening

CALLER: Final[ContextVar[str]] = ContextVar("caller", default="")
"""The authenticated caller, empty without authentication. Set for each call by `interceptor`."""

Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"
Authenticate: TypeAlias = Callable[[Context], Awaitable[str]]
"""Says who calls. Raises CredentialsMissing, CredentialsRefused or KeysUnavailable when nobody can."""


def authentication(settings: listening.ListeningSettings) -> Authenticate | None:
    """How callers are known under these settings; None when they are not. Make it on the event loop that serves."""
    if settings.auth is listening.Auth.NONE:
        return None
    name = _by_certificate if settings.auth is listening.Auth.MTLS else _by_token(settings)

    async def authenticate(context: Context) -> str:
        try:
            return await name(context)
        except callers.NoCredentials as error:
            raise errors.CredentialsMissing(str(error)) from error
        except callers.CallerUnknown as error:
            raise errors.CredentialsRefused(str(error)) from error
        except keys.KeysUnavailable as error:
            raise errors.KeysUnavailable(str(error)) from error

    return authenticate


async def _by_certificate(context: Context) -> str:
    return callers.of_certificate(context.auth_context())


def _by_token(settings: listening.ListeningSettings) -> Authenticate:
    reader = callers.TokenReader(
        keys.IssuerKeys(keys.source(settings.jwt_keys)),
        audience=settings.jwt_audience,
        issuer=settings.jwt_issuer,
        algorithms=settings.algorithms,
    )
    return lambda context: reader.caller(context.invocation_metadata() or ())
