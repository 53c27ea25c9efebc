"""Passes back to back, as one job of APScheduler (docs/decisions/0003)."""

import threading
from collections.abc import Callable
from datetime import UTC
from typing import Final

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

JOB: Final = "pass"


class BackToBack:
    """Runs a pass again as soon as it has ended, in one thread, until the process is stopping.

    The next run is scheduled by the end of the last one, so a pass may take as long as it likes: no run is missed, and
    none is refused because another is running.
    """

    def __init__(self, run_pass: Callable[[], None], stopping: threading.Event) -> None:
        self._run_pass = run_pass
        self._stopping = stopping
        self._ended = threading.Event()
        self._failure: BaseException | None = None
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(max_workers=1)},
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
        )

    def run(self) -> None:
        """Block until the pass that runs when `stopping` is set has ended.

        Raises:
            Exception: what a pass raised; no other pass follows it.
        """
        # The listener runs after the executor has counted the job out: to schedule it there cannot be refused.
        self._scheduler.add_listener(self._pass_ended, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)
        self._scheduler.start()
        self._schedule()
        self._ended.wait()
        self._scheduler.shutdown(wait=True)
        if self._failure is not None:
            raise self._failure

    def _schedule(self) -> None:
        self._scheduler.add_job(self._run_pass, id=JOB, replace_existing=True)

    def _pass_ended(self, event: JobExecutionEvent) -> None:
        self._failure = event.exception
        if self._failure is not None or self._stopping.is_set():
            self._ended.set()
        else:
            self._schedule()
