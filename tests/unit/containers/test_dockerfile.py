"""What can be known of the Dockerfile without running it."""

import pytest

from tests import dockerfile

TARGETS = ("gateway", "ingestor")


@pytest.mark.parametrize("target", TARGETS)
def test_everything_that_is_copied_exists_and_is_sent_to_the_engine(target: str) -> None:
    sent = (dockerfile.ROOT / ".dockerignore").read_text().splitlines()
    for step in dockerfile.steps(target):
        for source in step.sources:
            assert (dockerfile.ROOT / source).exists()
            assert f"!{source}" in sent or f"!{source.partition('/')[0]}" in sent


@pytest.mark.parametrize("target", TARGETS)
def test_an_image_runs_as_a_user_without_rights(target: str) -> None:
    assert [step.arguments for step in dockerfile.steps(target) if step.instruction == "USER"] == ["todo"]


def test_an_image_holds_no_room_of_the_other_service() -> None:
    copied = {target: {source for step in dockerfile.steps(target) for source in step.sources} for target in TARGETS}
    assert "ingestor" not in copied["gateway"]
    assert not {"gateway", "protos/todo"} & copied["ingestor"]
