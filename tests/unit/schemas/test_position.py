"""Consistency tokens: opaque, and refused when they are not ours."""

from uuid import UUID

import pytest

from schemas.position import InvalidToken, LogPosition

POSITION = LogPosition(UUID("9003fd23-4b20-439a-8b78-f261538a91e9"), partition=4, offset=123_456_789_012)
GOLDEN = "AZAD_SNLIEOai3jyYVOKkekAAAAEAAAAHL6ZGhQ"


def test_a_position_has_the_golden_token_of_version_1() -> None:
    assert POSITION.to_token() == GOLDEN


def test_a_token_gives_its_position_back() -> None:
    assert LogPosition.from_token(GOLDEN) == POSITION


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "not a token",
        GOLDEN[:-1],
        GOLDEN + "A",
        "Ag" + GOLDEN[2:],
        GOLDEN.replace("_", "/"),
        GOLDEN + "é",
        "A" * 10_000,
    ],
)
def test_a_text_that_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(InvalidToken):
        LogPosition.from_token(token)
