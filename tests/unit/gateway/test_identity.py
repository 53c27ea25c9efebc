"""Ids: golden for ever, because a retry may cross a deploy."""

from uuid import UUID

import pytest

from gateway import identity


@pytest.mark.parametrize(
    ("caller", "request_id", "golden"),
    [
        ("", "order-7", "48d17c90-6a34-52f6-8cd5-d578f0a71383"),
        ("alice", "order-7", "8a351afc-0d8d-5dfe-b074-c0f313acbbe6"),
        ("", "~" * 64, "7129cf22-ddab-598f-982b-b9accf23623e"),
    ],
)
def test_a_request_id_has_its_golden_todo_id(caller: str, request_id: str, golden: str) -> None:
    todo_id = identity.todo_id(caller, request_id)
    assert str(todo_id) == golden
    assert todo_id.version == 5


def test_callers_do_not_share_request_ids() -> None:
    ids = {identity.todo_id(*pair) for pair in [("a", "bc"), ("ab", "c"), ("", "abc"), ("a", "b:c"), ("1:a", "bc")]}
    assert len(ids) == 5


def test_without_a_request_id_each_call_has_an_id_of_its_own_in_order_of_time() -> None:
    ids = [identity.todo_id("", "") for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert ids == sorted(ids)
    assert all(isinstance(todo_id, UUID) and todo_id.version == 7 for todo_id in ids)
