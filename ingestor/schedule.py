"""Passes back to back, as one job of APScheduler (docs/decisions/0003)."""

import threading
from collections.abc import Callable
from datetime import UTC

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler


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
            job_defaults={"coalesce": True, "misfire_grace_time": None},
        )

    def run(self) -> None:
        """Block until the pass that runs when `stopping` is set has ended.

        Raises:
            Exception: what a pass raised; no other pass follows it.
        """
        self._scheduler.add_listener(self._pass_ended, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)
        self._scheduler.start()
        self._schedule()
        self._ended.wait()
        self._scheduler.shutdown(wait=True)
        if self._failure is not None:
            raise self._failure

    def _schedule(self) -> None:
        # A new job each time, never one id again: after a pass that ends as soon as it is submitted, the scheduler
        # still removes the job of that id, and would remove its successor.
        self._scheduler.add_job(self._run_pass)

    def _pass_ended(self, event: JobExecutionEvent) -> None:
        self._failure = event.exception
        if self._failure is not None or self._stopping.is_set():
            self._ended.set()
        else:
            self._schedule()
