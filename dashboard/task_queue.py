"""Queue of background tasks: one runs at a time on this machine, the others wait in order.

A task takes the folder of a run and writes its progress there (`imv_core.runs.worker`), so a page
only reads. The order is kept here and not by the pool of processes: a task that waits can be taken
out at any time. Trainings come first, then checks, then recoveries and hidden effects, which take
longest.
"""

import os
import threading
import time
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from loky import ProcessPoolExecutor

from imv_core.errors import ImvError, RunError
from imv_core.runs import worker
from imv_core.runs.records import State, Status
from imv_core.runs.run import Run
from imv_core.runs.task import Task, TaskKind

IDLE_SECONDS = 1800  # a worker that has loaded torch is worth keeping for a while
NICENESS = 5  # of 19; more would starve a training where others are at work too
MOST_VALUES = 2000  # in a window, of a model that is checked without being asked
DO = {
    TaskKind.TRAINING: worker.train,
    TaskKind.CHECKS: worker.check,
    TaskKind.RECOVERY: worker.recover,
    TaskKind.INJECTION: worker.inject,
}
TURNS = list(TaskKind)
SERVER_ENDED = "Its server was ended."


class Queued(NamedTuple):
    """A place in the queue."""

    run: Run
    kind: TaskKind

    @property
    def task(self) -> Task:
        """What the work tells of itself."""
        return self.run.task(self.kind)


_lock = threading.Lock()
_queue: list[Queued] = []  # the first is what is at work
_siblings: dict[Path, int] = {}  # of the checks that wait
_pool: ProcessPoolExecutor | None = None  # of one process; used by one thread alone
_end_is_known = False
_is_ending = False


def start(run: Run) -> None:
    """Queue a run's training, or its continuation; once, from however many pages.

    Its checks follow by themselves; those at work on the model that it replaces are ended.

    Raises:
        RunError: its folder cannot be written to, here and in all that follows.
    """
    _enqueue(Queued(run, TaskKind.TRAINING), run.status)
    if position(run, TaskKind.CHECKS) == 0:
        stop(run, TaskKind.CHECKS)


def check(run: Run, siblings: int = 0) -> None:
    """Queue the checks of a run's model, behind all trainings; once.

    Args:
        run: whose model is checked.
        siblings: further seeds to be trained for them, see `IMVForecaster.check`.
    """
    _siblings[run.path] = siblings
    _enqueue(Queued(run, TaskKind.CHECKS), run.checking)


def recover(run: Run) -> None:
    """Queue the recovery of planted truth with a run's settings, behind all checks; once."""
    _enqueue(Queued(run, TaskKind.RECOVERY), run.recovering)


def inject(run: Run) -> None:
    """Queue the search for an effect hidden in a run's table, behind all else; once."""
    _enqueue(Queued(run, TaskKind.INJECTION), run.injecting)


def stop(run: Run, kind: TaskKind = TaskKind.TRAINING) -> None:
    """End a work, a training with its best epoch so far, or take it out of the queue."""
    task = run.task(kind)
    with _lock:
        place = position(run, kind)
        if place:
            del _queue[place]
            progress = status.progress if (status := task.status) else 0.0
            task.write_status(
                Status(State.STOPPED, progress, message="It was taken out of the queue.")
            )
        else:  # it is at work, here or elsewhere, or is about to be
            task.stop()


def queue() -> list[Queued]:
    """What this server works on, and what waits for it, in order."""
    return list(_queue)


def position(run: Run, kind: TaskKind = TaskKind.TRAINING) -> int | None:
    """0: it is at work or about to be; n: so many come first; None: it is not in the queue."""
    places = [(queued.run.path, queued.kind) for queued in _queue]
    return places.index((run.path, kind)) if (run.path, kind) in places else None


def _enqueue(new: Queued, status: Status | None) -> None:
    with _lock:
        if position(*new) is not None or (status is not None and status.is_running):
            return
        new.task.withdraw_stop()
        progress = status.progress if status and new.kind == TaskKind.TRAINING else 0.0
        new.task.write_status(Status(State.WAITING, progress))
        turn = TURNS.index(new.kind)
        later = (i for i, (_, kind) in enumerate(_queue) if i and TURNS.index(kind) > turn)
        _queue.insert(next(later, len(_queue)), new)
        if len(_queue) == 1:
            threading.Thread(target=_work_all, daemon=True).start()


def _begin_worker() -> None:
    """The pages come first wherever both want a core; and no work outlives its server."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    threading.Thread(target=_die_with, args=(os.getppid(),), daemon=True).start()


def _die_with(server: int) -> None:
    """A server that was killed could tell its worker nothing; the checkpoint is there to go on."""
    while os.getppid() == server:
        time.sleep(1)
    os._exit(1)


def _work_all() -> None:
    """Until the queue is empty."""
    global _pool
    queued: Queued | None = _queue[0]
    while queued is not None:
        try:
            _submit(queued).result()
        except ImvError as error:
            _note_refusal(queued, str(error))
        except Exception as error:
            _note_death(queued, _why(error))
            if isinstance(error, BrokenProcessPool):
                _pool = None
        else:
            if queued.kind == TaskKind.TRAINING:
                _check_unchecked(queued.run)
        with _lock:
            del _queue[0]
            queued = _queue[0] if _queue else None


def _check_unchecked(run: Run) -> None:
    """Where a training has left a model that nobody has checked, and checks do not take long."""
    values = run.config.settings.lookback * len(run.config.variables)  # of a window
    with suppress(RunError, OSError):  # its folder is gone, or cannot be written to
        if values <= MOST_VALUES and run.has_model and run.trust is None:
            check(run)


def _submit(queued: Queued) -> "Future[None]":
    global _pool, _end_is_known
    if _pool is None:
        _pool = ProcessPoolExecutor(max_workers=1, timeout=IDLE_SECONDS, initializer=_begin_worker)
    more = {}
    if queued.kind == TaskKind.CHECKS:
        more["siblings"] = _siblings.pop(queued.run.path, 0)
    future: Future[None] = _pool.submit(DO[queued.kind], str(queued.run.path), **more)
    if not _end_is_known:
        # the pool's own, registered just now, would wait for the work; the last comes first
        threading._register_atexit(end)  # type: ignore[attr-defined]  # private, no stub
        _end_is_known = True
    return future


def end() -> None:
    """End all tasks with the server, without waiting for them; may be called more than once."""
    global _is_ending
    _is_ending = True
    with _lock:
        ended, _queue[1:] = _queue[:], []
    if _pool is not None:
        _pool.shutdown(kill_workers=True)
    for queued in ended:
        if queued is ended[0] or queued.kind != TaskKind.TRAINING:  # a training goes on waiting
            _note_death(queued, SERVER_ENDED)


def _why(error: Exception) -> str:
    """Why a work did not come to its end, where it could not say that itself."""
    if _is_ending:
        return SERVER_ENDED
    if isinstance(error, BrokenProcessPool):
        return "Its process was killed."
    return f"Unexpected: {type(error).__name__}: {error}"


def _note_refusal(queued: Queued, message: str) -> None:
    """What a work could not say that never began, as another process held its folder."""
    status = queued.task.status
    if status is not None and status.state == State.WAITING:
        with suppress(RunError):
            queued.task.write_status(Status(State.FAILED, status.progress, message=message))


def _note_death(queued: Queued, message: str) -> None:
    """What a worker that was killed could not write itself."""
    status = queued.task.status
    if status is not None and status.is_active:
        with suppress(RunError):  # its folder is gone, and the next one still has its turn
            queued.task.write_status(Status(State.INTERRUPTED, status.progress, message=message))
