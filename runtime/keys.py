"""The keys with which an issuer signs its tokens: a JWKS (RFC 7517) from a file or an address, cached and rotated."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, TypeAlias

import httpx2
import structlog
from jwt import PyJWK, PyJWKSet
from jwt.exceptions import PyJWTError

_log = structlog.get_logger(__name__)

_FRESH_SECONDS: Final = 300.0
"""After so long a rotated key is no longer believed, even if no token with a new key arrives."""
_PAUSE_SECONDS: Final = 5.0
"""Between two questions: tokens with invented key ids must not make us hammer the issuer."""
_ANSWER_SECONDS: Final = 5.0

Fetch: TypeAlias = Callable[[], Awaitable[str]]


class KeysUnavailable(Exception):
    """Nobody could say which keys the issuer has. Trying again later can help."""


class IssuerKeys:
    """The issuer's keys by id. `fetch` gives the JWKS as JSON; one question is asked at a time.

    Keys that were fetched once serve while the issuer is away.
    """

    def __init__(self, fetch: Fetch, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._keys: dict[str | None, PyJWK] = {}
        self._fetched_at = self._asked_at = float("-inf")
        self._asking = asyncio.Lock()

    async def key(self, key_id: str | None) -> PyJWK | None:
        """The key with that id, asked for when it is not known or knowledge is old; None when the issuer has none.

        Raises:
            KeysUnavailable: no answer was ever had.
        """
        if key_id not in self._keys or self._clock() - self._fetched_at > _FRESH_SECONDS:
            async with self._asking:
                if self._clock() - self._asked_at > _PAUSE_SECONDS:
                    await self._ask()
        if not self._keys:
            raise KeysUnavailable("the issuer's keys are not known yet")
        return self._keys.get(key_id)

    async def _ask(self) -> None:
        self._asked_at = self._clock()
        try:
            known = PyJWKSet.from_dict(json.loads(await self._fetch())).keys
        except (OSError, ValueError, AttributeError, httpx2.HTTPError, PyJWTError) as error:
            _log.warning("the issuer's keys cannot be read; the old ones stay", reason=str(error))
            return
        self._keys = {key.key_id: key for key in known if key.key_type != "oct"}
        self._fetched_at = self._clock()


def source(keys: str) -> Fetch:
    """How to fetch a JWKS from a path or an address."""
    if keys.startswith(("https://", "http://")):
        return lambda: _from_address(keys)
    return lambda: asyncio.to_thread(Path(keys).read_text, encoding="utf-8")


async def _from_address(address: str) -> str:
    async with httpx2.AsyncClient(timeout=_ANSWER_SECONDS) as client:
        answer = await client.get(address)
        answer.raise_for_status()
        return answer.text
