"""Who calls: from a client's certificate, or from a signed token. Knows nothing of a server or of its errors."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

import jwt
from jwt.exceptions import ExpiredSignatureError, ImmatureSignatureError, InvalidTokenError, MissingRequiredClaimError

from runtime.keys import IssuerKeys

Metadata: TypeAlias = Iterable[tuple[str, str | bytes]]
_SCHEME: Final = "bearer "
_CLAIMS: Final = ("aud", "exp", "iss", "sub")
_LEEWAY_SECONDS: Final = 10
"""How far the issuer's clock and ours may be apart."""
_LONGEST: Final = 255
"""Of a caller's name: it becomes a todo's owner."""


class CallerUnknown(Exception):
    """The root of the reasons why nobody can say who calls. Its text is for the caller, and never holds the token."""


class NoCredentials(CallerUnknown):
    """The call brings none."""


class CredentialsRefused(CallerUnknown):
    """It brings some that prove nothing."""


def of_certificate(auth_context: Mapping[str, Iterable[bytes]]) -> str:
    """The first subject alternative name of the certificate that the client proved to have.

    Raises:
        NoCredentials, CredentialsRefused: there is no certificate, or no name in it.
    """
    if "x509_pem_cert" not in auth_context:
        raise NoCredentials("a client certificate is needed")
    names = [name.decode("utf-8", "replace") for name in auth_context.get("x509_subject_alternative_name", ())]
    if not names:
        raise CredentialsRefused("the client certificate has no subject alternative name")
    return _usable(names[0])


class TokenReader:
    """Reads `authorization: Bearer <token>` of tokens that one issuer signed for us."""

    def __init__(self, keys: IssuerKeys, *, audience: str, issuer: str, algorithms: Sequence[str]) -> None:
        self._keys = keys
        self._audience = audience
        self._issuer = issuer
        self._algorithms = list(algorithms)

    async def caller(self, metadata: Metadata) -> str:
        """The claim `sub` of a token that is signed, for us, from the issuer, and valid now.

        Raises:
            NoCredentials, CredentialsRefused: there is no such token; says what is wrong with it.
            KeysUnavailable: nobody can tell, because the issuer's keys are not known.
        """
        token = _bearer(metadata)
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") not in self._algorithms:
                raise CredentialsRefused("the token is not signed as it must be")
            key = await self._keys.key(header.get("kid"))
            if key is None:
                raise CredentialsRefused("the token is signed with a key that its issuer does not have")
            claims = jwt.decode(
                token,
                key,
                algorithms=self._algorithms,
                audience=self._audience,
                issuer=self._issuer,
                leeway=_LEEWAY_SECONDS,
                options={"require": list(_CLAIMS)},
            )
        except InvalidTokenError as error:
            raise CredentialsRefused(_said_of(error)) from error
        return _usable(claims["sub"])


def _bearer(metadata: Metadata) -> str:
    for key, value in metadata:
        if key == "authorization" and isinstance(value, str) and value[: len(_SCHEME)].lower() == _SCHEME:
            return value[len(_SCHEME) :].strip()
    raise NoCredentials("a token is needed: authorization: Bearer <token>")


def _said_of(error: InvalidTokenError) -> str:
    if isinstance(error, ExpiredSignatureError):
        return "the token has expired"
    if isinstance(error, ImmatureSignatureError):
        return "the token is not valid yet"
    if isinstance(error, MissingRequiredClaimError):
        return f"the token lacks the claim {error.claim}"
    kinds = {"InvalidAudienceError": "for another audience", "InvalidIssuerError": "from another issuer"}
    return f"the token is {kinds.get(type(error).__name__, 'not valid')}"


def _usable(name: str) -> str:
    if not name or len(name) > _LONGEST or not name.isprintable():
        raise CredentialsRefused(f"the caller's name must be 1 to {_LONGEST} printable characters")
    return name
