"""The issuer's keys: cached, rotated, and served while the issuer is away."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from runtime.keys import IssuerKeys, KeysUnavailable


class Issuer:
    """Publishes keys, counts how often it was asked, and can be away."""

    def __init__(self, *key_ids: str) -> None:
        self.key_ids = list(key_ids)
        self.asked = 0
        self.now = 0.0
        self.answer: str | None = None
        self._key = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key(), as_dict=True)

    async def jwks(self) -> str:
        self.asked += 1
        if self.answer is not None:
            return self.answer
        return json.dumps({"keys": [{**self._key, "kid": key_id} for key_id in self.key_ids]})

    def clock(self) -> float:
        return self.now


@pytest.fixture
def issuer() -> Issuer:
    return Issuer("old")


@pytest.fixture
def keys(issuer: Issuer) -> IssuerKeys:
    return IssuerKeys(issuer.jwks, issuer.clock)


async def test_a_known_key_is_asked_for_once(issuer: Issuer, keys: IssuerKeys) -> None:
    assert [await keys.key("old") for _ in range(3)] != [None] * 3
    assert issuer.asked == 1


async def test_a_rotated_key_is_found(issuer: Issuer, keys: IssuerKeys) -> None:
    await keys.key("old")
    issuer.key_ids, issuer.now = ["new"], 10.0
    assert await keys.key("new") is not None
    assert await keys.key("old") is None


async def test_invented_key_ids_do_not_hammer_the_issuer(issuer: Issuer, keys: IssuerKeys) -> None:
    for number in range(100):
        assert await keys.key(f"invented {number}") is None
    assert issuer.asked == 1


async def test_a_withdrawn_key_is_forgotten_in_time(issuer: Issuer, keys: IssuerKeys) -> None:
    await keys.key("old")
    issuer.key_ids, issuer.now = ["new"], 301.0
    assert await keys.key("old") is None


@pytest.mark.parametrize("answer", ["", "not json", "[]", "{}", '{"keys": []}', '{"keys": [{"kty": "?"}]}'])
async def test_keys_serve_on_while_the_issuer_answers_nonsense(issuer: Issuer, keys: IssuerKeys, answer: str) -> None:
    await keys.key("old")
    issuer.answer, issuer.now = answer, 301.0
    assert await keys.key("old") is not None


async def test_without_any_answer_nobody_can_tell(issuer: Issuer, keys: IssuerKeys) -> None:
    issuer.answer = "away"
    with pytest.raises(KeysUnavailable):
        await keys.key("old")
    issuer.answer, issuer.now = None, 10.0
    assert await keys.key("old") is not None
