"""Queue of background tasks: one runs at a time on this machine, the others wait in order.

A task takes the folder of a run and writes its progress there (`imv_core.runs.worker`), so that
pages only read. Trainings run first, then checks, then recoveries and searches for hidden effects,
which take longest. A task that waits can be removed at any time.
"""

import atexit
import threading
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from dashboard.task_process import ProcessEnded, TaskProcess
from imv_core.errors import RunError
from imv_core.runs.records import State, Status
from imv_core.runs.run import Run
from imv_core.runs.task import Task, TaskKind

MOST_VALUES = 2000  # per window; models of larger windows are checked only on request
ORDER = list(TaskKind)
SERVER_ENDED = "Its server was ended."


class Queued(NamedTuple):
    """Task of a run in the queue."""

    run: Run
    kind: TaskKind

    @property
    def task(self) -> Task:
        """The files with its status and stop request."""
        return self.run.task(self.kind)


_lock = threading.Lock()
_queue: list[Queued] = []  # the first runs
_siblings: dict[Path, int] = {}  # folder of a run whose checks wait -> further models to train
_process: TaskProcess | None = None  # used by `_thread` alone, except that `end` kills it
_thread: threading.Thread | None = None  # runs the queue until it is empty
_is_ending = False


def start(run: Run) -> None:
    """Queue a run's training, or its continuation; a second call changes nothing.

    Checks follow it. Running checks of the model that it replaces are stopped.

    Raises:
        RunError: its folder cannot be written to. The next three functions raise it as well.
    """
    _enqueue(Queued(run, TaskKind.TRAINING), run.status)
    if position(run, TaskKind.CHECKS) == 0:
        stop(run, TaskKind.CHECKS)


def check(run: Run, siblings: int = 0) -> None:
    """Queue the checks of a run's model, behind all trainings; a second call changes nothing.

    Args:
        run: whose model is checked.
        siblings: number of further models to train, see `IMVForecaster.check`.
    """
    _siblings[run.path] = siblings
    _enqueue(Queued(run, TaskKind.CHECKS), run.checking)


def recover(run: Run) -> None:
    """Queue the recovery of planted truth with a run's settings, behind all checks."""
    _enqueue(Queued(run, TaskKind.RECOVERY), run.recovering)


def inject(run: Run) -> None:
    """Queue the search for an effect hidden in a run's table, behind all other tasks."""
    _enqueue(Queued(run, TaskKind.INJECTION), run.injecting)


def stop(run: Run, kind: TaskKind = TaskKind.TRAINING) -> None:
    """Stop a task, or remove it from the queue; a training keeps its best epoch so far."""
    task = run.task(kind)
    with _lock:
        place = position(run, kind)
        if place:
            del _queue[place]
            progress = status.progress if (status := task.status) else 0.0
            message = "It was taken out of the queue."
            task.write_status(Status(State.STOPPED, progress, message=message))
        else:  # it runs, here or elsewhere, or is about to
            task.stop()


def queue() -> list[Queued]:
    """Return the task that this server runs, and those that wait, in order."""
    return list(_queue)


def position(run: Run, kind: TaskKind = TaskKind.TRAINING) -> int | None:
    """Return the number of tasks before this one, 0: it runs or is about to; None: not queued."""
    places = [(queued.run.path, queued.kind) for queued in _queue]
    return places.index((run.path, kind)) if (run.path, kind) in places else None


def end() -> None:
    """End all tasks with the server, without waiting for them; may be called more than once."""
    global _is_ending
    _is_ending = True
    with _lock:
        ended, _queue[1:] = _queue[:], []
    if _process is not None:
        _process.kill()
    for queued in ended:
        if queued is ended[0] or queued.kind != TaskKind.TRAINING:  # a training goes on waiting
            _write_interruption(queued, SERVER_ENDED)
    if _thread is not None:
        _thread.join(timeout=5)


atexit.register(end)  # at a normal exit; if the server is killed, the process ends by itself


def _enqueue(new: Queued, status: Status | None) -> None:
    global _thread
    with _lock:
        if position(*new) is not None or (status is not None and status.is_running):
            return
        new.task.withdraw_stop()
        progress = status.progress if status and new.kind == TaskKind.TRAINING else 0.0
        new.task.write_status(Status(State.WAITING, progress))
        turn = ORDER.index(new.kind)
        later = (i for i, (_, kind) in enumerate(_queue) if i and ORDER.index(kind) > turn)
        _queue.insert(next(later, len(_queue)), new)
        if len(_queue) == 1:
            _thread = threading.Thread(target=_run_queue, daemon=True)
            _thread.start()


def _run_queue() -> None:
    """Run tasks until the queue is empty."""
    queued: Queued | None = _queue[0]
    while queued is not None:
        try:
            failure = _run(queued)
        except Exception as error:  # also where no process can be started
            _write_interruption(queued, _cause(error))
        else:
            if failure is not None:
                _write_refusal(queued, failure)
            elif queued.kind == TaskKind.TRAINING:
                _check_unchecked(queued.run)
        with _lock:
            del _queue[0]
            queued = _queue[0] if _queue else None


def _run(queued: Queued) -> str | None:
    """Run a task in the process; return why it failed."""
    global _process
    options = {}
    if queued.kind == TaskKind.CHECKS:
        options["siblings"] = _siblings.pop(queued.run.path, 0)
    while True:
        with _lock:  # `end` finds it, or it is not started
            if _is_ending:
                raise ProcessEnded
            if _process is None or not _process.is_alive:
                _process = TaskProcess()
            process = _process
        try:
            return process.run(queued.kind, queued.run.path, options)
        except ProcessEnded:
            if not process.was_idle:
                raise


def _check_unchecked(run: Run) -> None:
    """Queue the checks of a new model that has none, where they do not take long."""
    values = run.config.settings.lookback * len(run.config.variables)  # of a window
    with suppress(RunError, OSError):  # its folder is gone, or cannot be written to
        if values <= MOST_VALUES and run.has_model and run.trust is None:
            check(run)


def _cause(error: Exception) -> str:
    """Return why a task did not end by itself."""
    if _is_ending:
        return SERVER_ENDED
    if isinstance(error, ProcessEnded):
        return "Its process was killed."
    return f"Unexpected: {type(error).__name__}: {error}"


def _write_refusal(queued: Queued, message: str) -> None:
    """Write why a task never began, for example as another process has locked its folder."""
    status = queued.task.status
    if status is not None and status.state == State.WAITING:
        with suppress(RunError):
            failed = Status(State.FAILED, status.progress, message=message)
            queued.task.write_status(failed)


def _write_interruption(queued: Queued, message: str) -> None:
    """Write the last status of a task whose process was killed."""
    status = queued.task.status
    if status is not None and status.is_active:
        with suppress(RunError):  # its folder is gone; the next task runs nevertheless
            interrupted = Status(State.INTERRUPTED, status.progress, message=message)
            queued.task.write_status(interrupted)
