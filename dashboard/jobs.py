"""Trainings outside the pages: one at a time on this machine, the others wait in order.

A training takes a run's folder and reports to it (`imv_core.job.train`), so a page only reads.
"""

from concurrent.futures import Future
from functools import partial
from pathlib import Path

from loky import get_reusable_executor

from imv_core.errors import ImvError
from imv_core.job import train
from imv_core.runs import Run, Status

_futures: dict[Path, "Future[None]"] = {}
IDLE_SECONDS = 1800  # a worker that has loaded torch is worth keeping for a while


def start(run: Run) -> None:
    """Queue a run's training, or its continuation; once, from however many pages."""
    if is_here(run):
        return
    run.note(Status("waiting", progress=run.status.progress))
    executor = get_reusable_executor(max_workers=1, timeout=IDLE_SECONDS)
    future = executor.submit(train, str(run.path))
    _futures[run.path] = future
    future.add_done_callback(partial(_note_death, run))


def stop(run: Run) -> None:
    """End a training with its best epoch so far, or take it out of the queue."""
    future = _futures.get(run.path)
    if future is not None and future.cancel():
        run.note(Status("stopped", message="It was stopped before its first epoch."))
    else:  # it trains, here or elsewhere, or is about to
        run.stop()


def is_here(run: Run) -> bool:
    """This server trains it, or has it in its queue."""
    future = _futures.get(run.path)
    return future is not None and not future.done()


def _note_death(run: Run, future: "Future[None]") -> None:
    """A worker that was killed could not write that itself."""
    if future.cancelled() or future.exception() is None:
        return
    if not isinstance(future.exception(), ImvError) and run.status.is_active:
        run.note(Status("interrupted", run.status.progress, message="Its process was killed."))
