"""Passes follow each other, one at a time, without a gap."""

import logging
import threading

import pytest

from ingestor.schedule import BackToBack


def test_passes_run_back_to_back_and_never_side_by_side(caplog: pytest.LogCaptureFixture) -> None:
    stopping, running, passes = threading.Event(), threading.Lock(), []

    def run_pass() -> None:
        assert running.acquire(blocking=False), "two passes at once"
        passes.append(threading.current_thread())
        if len(passes) == 500:
            stopping.set()
        running.release()

    with caplog.at_level(logging.WARNING):
        BackToBack(run_pass, stopping).run()
    assert 500 <= len(passes) <= 501
    assert len(set(passes)) == 1
    assert caplog.records == []  # "maximum number of running instances reached" would stand here


def test_a_pass_may_outlast_every_schedule(caplog: pytest.LogCaptureFixture) -> None:
    stopping, ended = threading.Event(), []

    def run_pass() -> None:
        stopping.wait(1.2)  # longer than the scheduler's default grace time of one second
        ended.append(True)
        if len(ended) == 2:
            stopping.set()

    with caplog.at_level(logging.WARNING):
        BackToBack(run_pass, stopping).run()
    assert len(ended) == 2
    assert caplog.records == []


def test_the_pass_in_hand_is_finished_before_the_end() -> None:
    stopping, stored = threading.Event(), []

    def run_pass() -> None:
        stopping.set()
        threading.Event().wait(0.2)
        stored.append(True)

    BackToBack(run_pass, stopping).run()
    assert stored
    assert len(stored) <= 2


def test_a_failed_pass_ends_the_run_with_its_error(caplog: pytest.LogCaptureFixture) -> None:
    def run_pass() -> None:
        raise LookupError("nobody knows")

    with pytest.raises(LookupError, match="nobody knows"):
        BackToBack(run_pass, threading.Event()).run()
    assert [record.name for record in caplog.records] == ["apscheduler.executors.default"]
