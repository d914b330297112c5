"""Run a task on a run, in whatever process; the run's folder has its progress and its end.

A task takes the folder of a run, so that any executor can start it.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import torch

from imv_core.devices_and_threads import keep_freed_memory
from imv_core.errors import CheckpointError, CheckStopped, ImvError, RunError, in_words
from imv_core.faithfulness.report import TrustReport
from imv_core.faithfulness.retraining import OnProgress
from imv_core.forecaster import IMVForecaster
from imv_core.forecasting.fitted_model import OnBatch, OnEpoch
from imv_core.runs.records import State, Status
from imv_core.runs.run import Run
from imv_core.runs.task import Heartbeat, Task, TaskKind, locked
from imv_core.runs.termination import raise_pending
from imv_core.synthetic import injection, recovery
from imv_core.synthetic.injection import Injection
from imv_core.synthetic.recovery import Recovery
from imv_core.tables.table import Table
from imv_core.training.history import EpochRecord
from imv_core.training.trainer import is_over


def train(
    path: str | Path, on_epoch: OnEpoch | None = None, on_batch: OnBatch | None = None
) -> None:
    """Train a run's model, or resume a training that was stopped or interrupted.

    Progress and failures are written to the folder; failures are raised as well. A finished run
    stays as it is.

    Raises:
        ImvError: the training fails, or another process has locked the folder.
    """
    run = Run(path)
    task = run.task(TaskKind.TRAINING)
    with locked(run.path):
        if run.status.state == State.FINISHED:
            return
        if task.is_stop_requested and not run.checkpoint_path.exists():
            message = "It was stopped before its first epoch."
            task.write_status(Status(State.STOPPED, message=message))
            task.withdraw_stop()  # fulfilled: the next training starts
            return
        heartbeat = _TrainingHeartbeat(run, on_epoch, on_batch)
        try:
            _train(run, heartbeat)
        except KeyboardInterrupt:  # also at SIGTERM
            message = "It was interrupted."
            task.write_status(Status(State.INTERRUPTED, heartbeat.progress, message=message))
            raise


def check(
    path: str | Path, on_progress: OnProgress | None = None, siblings: int = 0
) -> TrustReport:
    """Check the explanation of a run's model on the run's table, and keep the report.

    Args:
        path: of the run; progress and failures are written there too.
        on_progress: gets the share that is done and the current step; stops by a true value.
        siblings: number of further models to train, see `IMVForecaster.check`.

    Raises:
        CheckStopped: a stop was requested, here or in the folder. An earlier report stays.
        ImvError: there is no model, or no test part.
    """
    run = Run(path)
    with _running(run.task(TaskKind.CHECKS), on_progress) as report_progress:
        report = run.forecaster().check(run.table, siblings=siblings, on_progress=report_progress)
        run.write_trust(report)
    return report


def recover(path: str | Path, on_progress: OnProgress | None = None) -> Recovery:
    """Train with a run's settings in planted worlds, and keep what is found; see `check`."""
    run = Run(path)
    with _running(run.task(TaskKind.RECOVERY), on_progress) as report_progress:
        found = recovery.recover(run.config.settings, on_progress=report_progress)
        run.write_recovery(found)
    return found


def inject(path: str | Path, on_progress: OnProgress | None = None) -> Injection:
    """Hide a known effect in copies of a run's table, and keep what is found; see `check`."""
    run = Run(path)
    with _running(run.task(TaskKind.INJECTION), on_progress) as report_progress:
        found = injection.find_injected(run.table, run.config.settings, on_progress=report_progress)
        run.write_injection(found)
    return found


@contextmanager
def _running(task: Task, on_progress: OnProgress | None) -> Iterator[OnProgress]:
    """Lock the folder for a task and write its status; give a callback for its progress.

    The callback returns whether a stop is requested.
    """
    heartbeat = Heartbeat(task)

    def report_progress(share: float, message: str) -> bool:
        heartbeat.progress, heartbeat.message = share, message
        if heartbeat.check_stop():
            return True
        return on_progress is not None and bool(on_progress(share, message))

    with locked(task.folder):  # nothing replaces the model meanwhile
        try:
            with _failures_written(task), heartbeat:
                yield report_progress
        except (CheckStopped, KeyboardInterrupt):
            message = "It was stopped before its end."
            task.write_status(Status(State.STOPPED, heartbeat.progress, message=message))
            raise
        finally:
            task.withdraw_stop()
        task.write_status(Status(State.FINISHED, progress=1.0))


@contextmanager
def _failures_written(task: Task) -> Iterator[None]:
    """Write a failure to the folder, for pages and shell; raise RunError if it has a remedy."""
    try:
        yield
    except CheckStopped:
        raise  # no failure
    except Exception as error:
        raise_pending()
        remedy = _remedy(error)
        message = remedy or f"Unexpected: {type(error).__name__}: {error}"
        with suppress(RunError):  # the folder is gone or read-only, as the error says
            task.write_status(Status(State.FAILED, message=message))
        if remedy and not isinstance(error, ImvError):
            raise RunError(remedy) from error
        raise


def _remedy(error: Exception) -> str:
    """Return a sentence that tells a user what to do; empty where there is nothing to do."""
    if isinstance(error, ImvError):
        return str(error)
    if isinstance(error, OSError):
        return f"Its folder cannot be written to: {in_words(error)}. Mend that, and start it again."
    # PyTorch raises a plain RuntimeError on a CPU, and a class of its own on a GPU
    no_memory = isinstance(error, MemoryError | torch.OutOfMemoryError)
    if no_memory or "can't allocate memory" in str(error):
        return (
            "There is not enough memory for it. Choose fewer variables, a shorter lookback, fewer "
            "hidden units or a smaller batch size."
        )
    return ""


def _train(run: Run, heartbeat: "_TrainingHeartbeat") -> None:
    with _failures_written(run.task(TaskKind.TRAINING)), heartbeat:
        keep_freed_memory()
        table = run.table
        try:
            forecaster = _fit(run, table, heartbeat)
        except CheckpointError:  # after a full disk, or an incomplete copy
            heartbeat.discard_checkpoint("Its checkpoint was damaged, so it began again.")
            forecaster = _fit(run, table, heartbeat)
        run.write_model(forecaster)
        run.evaluate(forecaster, table)
        history = list(forecaster.fitted.history)
        run.write_history(history)
    run.task(TaskKind.TRAINING).withdraw_stop()
    best = max((record.epoch for record in history if record.is_best), default=0)
    kept = f"epoch {best}, the best" if best else "the start, which no epoch bettered"
    message = f"{len(history)} epochs; the weights are those of {kept}."
    message = f"{message} {heartbeat.message}".rstrip()
    settings = run.config.settings
    if heartbeat.is_stopped and not is_over(history, settings):
        progress = len(history) / settings.max_epochs
        run.write_status(Status(State.STOPPED, progress, message=message))
    else:
        run.checkpoint_path.unlink(missing_ok=True)
        run.write_status(Status(State.FINISHED, progress=1.0, message=message))


def _fit(run: Run, table: Table, heartbeat: "_TrainingHeartbeat") -> IMVForecaster:
    return IMVForecaster.from_settings(run.config.settings).fit(
        table,
        heartbeat.on_epoch_end,
        on_batch=heartbeat.on_batch_end,
        checkpoint=run.checkpoint_path,
    )


class _TrainingHeartbeat(Heartbeat):
    """Heartbeat with the callbacks of a training: write epochs, and return whether to stop."""

    def __init__(self, run: Run, on_epoch: OnEpoch | None, on_batch: OnBatch | None) -> None:
        self._run, self._on_epoch, self._on_batch = run, on_epoch, on_batch
        self._history = run.history if run.checkpoint_path.exists() else []
        self._epochs = run.config.settings.max_epochs
        super().__init__(run.task(TaskKind.TRAINING), len(self._history) / self._epochs)

    def discard_checkpoint(self, message: str) -> None:
        """Remove the checkpoint, to begin again with the first epoch."""
        self.message = message
        self._run.checkpoint_path.unlink(missing_ok=True)
        self._history = []
        self.restart()

    def on_epoch_end(self, record: EpochRecord) -> bool:
        self._history = [r for r in self._history if r.epoch < record.epoch] + [record]
        self._run.write_history(self._history)
        self.progress = record.epoch / record.max_epochs
        if self._on_epoch is not None and self._on_epoch(record):
            self.is_stopped = True
        return self.check_stop()

    def on_batch_end(self, share: float) -> bool:
        self.progress = (len(self._history) + share) / self._epochs
        if self._on_batch is not None and self._on_batch(share):
            self.is_stopped = True
        return self.is_stopped
