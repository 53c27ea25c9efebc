"""Places for calls: bounded in number and in weight, and free again however a call ends."""

import pytest

from gateway.admission import Admission, weight
from gateway.errors import Overloaded
from todo.v1 import todo_service_pb2 as pb


def test_one_call_too_many_finds_no_place_and_one_that_ends_leaves_its_own() -> None:
    admission = Admission(max_calls=2, max_bytes=100)
    with admission.place(1):
        with admission.place(1):
            assert admission.is_full
            with pytest.raises(Overloaded), admission.place(1):
                pass
        with admission.place(1):
            assert admission.is_full


def test_calls_that_weigh_too_much_together_are_too_many() -> None:
    admission = Admission(max_calls=10, max_bytes=100)
    with admission.place(60):
        assert not admission.is_full
        with pytest.raises(Overloaded), admission.place(41):
            pass
        with admission.place(40):
            assert admission.is_full


def test_a_call_that_is_alone_has_a_place_however_heavy() -> None:
    admission = Admission(max_calls=10, max_bytes=100)
    with admission.place(1000), pytest.raises(Overloaded), admission.place(1):
        pass
    with admission.place(1000):
        assert admission.is_full


def test_a_call_that_fails_leaves_its_place() -> None:
    admission = Admission(max_calls=1, max_bytes=100)
    with pytest.raises(ZeroDivisionError), admission.place(1):
        raise ZeroDivisionError
    with admission.place(1):
        assert admission.is_full


def test_a_batch_of_small_todos_weighs_more_than_its_text() -> None:
    batch = pb.BatchCreateTodosRequest(requests=[pb.CreateTodoRequest()] * 1000)
    assert weight(batch, batch.ByteSize()) > 1000 * weight(pb.CreateTodoRequest(), 0)
