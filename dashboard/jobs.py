"""Trainings outside the pages: one at a time on this machine, the others wait in order.

A training takes a run's folder and reports to it (`imv_core.job.train`), so a page only reads.
The order is kept here and not by the pool of processes: what waits can be taken out at any time.
"""

import os
import threading
import time
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool

from loky import ProcessPoolExecutor

from imv_core.errors import ImvError
from imv_core.job import train
from imv_core.run_records import Status
from imv_core.runs import Run

IDLE_SECONDS = 1800  # a worker that has loaded torch is worth keeping for a while
NICENESS = 5  # of 19; more would starve a training where others are at work too

_lock = threading.Lock()
_queue: list[Run] = []  # the first is the one that trains
_pool: ProcessPoolExecutor | None = None  # of one process; used by one thread alone
_end_is_known = False


def start(run: Run) -> None:
    """Queue a run's training, or its continuation; once, from however many pages."""
    with _lock:
        if position(run) is not None or run.status.state == "training":
            return
        run.withdraw_stop()
        run.note(Status("waiting", run.status.progress))
        _queue.append(run)
        if len(_queue) == 1:
            threading.Thread(target=_train_all, daemon=True).start()


def stop(run: Run) -> None:
    """End a training with its best epoch so far, or take it out of the queue."""
    with _lock:
        place = position(run)
        if place:
            del _queue[place]
            progress = run.status.progress
            run.note(Status("stopped", progress, message="It was taken out of the queue."))
        else:  # it trains, here or elsewhere, or is about to
            run.stop()


def queue() -> list[Run]:
    """What this server trains, and what waits for it, in order."""
    return list(_queue)


def position(run: Run) -> int | None:
    """0: it trains or is about to; n: so many come first; None: it is not in the queue."""
    paths = [queued.path for queued in _queue]
    return paths.index(run.path) if run.path in paths else None


def _begin_worker() -> None:
    """The pages come first wherever both want a core; and no training outlives its server."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    threading.Thread(target=_die_with, args=(os.getppid(),), daemon=True).start()


def _die_with(server: int) -> None:
    """A server that was killed could tell its worker nothing; the checkpoint is there to go on."""
    while os.getppid() == server:
        time.sleep(1)
    os._exit(1)


def _train_all() -> None:
    """Until the queue is empty."""
    global _pool
    run: Run | None = _queue[0]
    while run is not None:
        try:
            _submit(run).result()
        except ImvError:
            pass  # the run says so
        except Exception as error:
            _note_death(run, "Its process was killed.")
            if isinstance(error, BrokenProcessPool):
                _pool = None
        with _lock:
            del _queue[0]
            run = _queue[0] if _queue else None


def _submit(run: Run) -> "Future[None]":
    global _pool, _end_is_known
    if _pool is None:
        _pool = ProcessPoolExecutor(max_workers=1, timeout=IDLE_SECONDS, initializer=_begin_worker)
    future = _pool.submit(train, str(run.path))
    if not _end_is_known:
        # the pool's own, registered just now, would wait for the training; the last comes first
        threading._register_atexit(_end)
        _end_is_known = True
    return future


def _end() -> None:
    """The server ends, and is not kept waiting by a training."""
    with _lock:
        running, _queue[1:] = _queue[:1], []
    if _pool is not None:
        _pool.shutdown(kill_workers=True)
    for run in running:
        _note_death(run, "Its server was ended.")


def _note_death(run: Run, message: str) -> None:
    """What a worker that was killed could not write itself."""
    try:
        if run.status.is_active:
            run.note(Status("interrupted", run.status.progress, message=message))
    except (ImvError, OSError):
        pass  # its folder is gone or damaged, and the next one still has its turn
