"""The works on a run, in whatever process they are called; its folder tells how far each is."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import torch

from imv_core.compute import keep_freed_memory
from imv_core.errors import CheckpointError, CheckStopped, ImvError, RunError, in_words
from imv_core.faithfulness.report import TrustReport
from imv_core.faithfulness.retraining import OnProgress
from imv_core.forecaster import IMVForecaster
from imv_core.forecasting.fitting import OnBatch, OnEpoch
from imv_core.runs.lock import locked
from imv_core.runs.records import State, Status
from imv_core.runs.run import Run
from imv_core.runs.task import Heartbeat, Task, TaskKind
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
    """Train a run's model, or go on where its last training was stopped or interrupted.

    Progress goes to the folder; failures that a user can mend go there too, and are raised.
    A run that is finished stays as it is.
    """
    run = Run(path)
    with locked(run.path):
        if run.status.state == State.FINISHED:
            return
        if run.is_stop_requested and not run.checkpoint_path.exists():
            run.write_status(
                Status(State.STOPPED, message="It was stopped before its first epoch.")
            )
            run.withdraw_stop()  # this wish is fulfilled; the next training starts
            return
        heartbeat = _TrainingHeartbeat(run, on_epoch, on_batch)
        try:
            _train(run, heartbeat)
        except KeyboardInterrupt:  # also of a process that is asked to end
            status = Status(State.INTERRUPTED, heartbeat.progress, message="It was interrupted.")
            run.write_status(status)
            raise


def check(
    path: str | Path, on_progress: OnProgress | None = None, siblings: int = 0
) -> TrustReport:
    """Check the explanation of a run's model on the run's own table, and keep the report.

    Args:
        path: of the run; progress and failures go there too.
        on_progress: told the share that is done, and what is being checked; a true answer stops.
        siblings: further models to be trained, see `IMVForecaster.check`.

    Raises:
        CheckStopped: it was stopped, here or in the folder. What was kept before stays.
        ImvError: there is no model, or no test part.
    """
    run = Run(path)
    with _running(run.task(TaskKind.CHECKS), on_progress) as report_progress:
        report = run.forecaster().check(run.table, siblings=siblings, on_progress=report_progress)
        run.write_trust(report)
    return report


def recover(path: str | Path, on_progress: OnProgress | None = None) -> Recovery:
    """Try the settings of a run in planted worlds, and keep what they find; see `check`."""
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
    """What may be told how far it is, and answers whether to stop; the folder tells the end."""
    heartbeat = Heartbeat(task)

    def report_progress(share: float, what: str) -> bool:
        heartbeat.progress, heartbeat.message = share, what
        return bool(
            heartbeat.check_stop() or (on_progress is not None and on_progress(share, what))
        )

    # nothing else trains another model meanwhile: what is found is of the one that is there
    with locked(task.folder):
        try:
            with _failures_written(task), heartbeat:
                yield report_progress
        except (CheckStopped, KeyboardInterrupt):
            task.write_status(
                Status(State.STOPPED, heartbeat.progress, message="It was stopped before its end.")
            )
            raise
        finally:
            task.withdraw_stop()
        task.write_status(Status(State.FINISHED, progress=1.0))


@contextmanager
def _failures_written(task: Task) -> Iterator[None]:
    """In the page and in the shell a user reads the sentence; the rest is for the log."""
    try:
        yield
    except CheckStopped:
        raise  # as somebody wished
    except Exception as error:
        raise_pending()
        text = _remedy(error)
        message = text or f"Unexpected: {type(error).__name__}: {error}"
        with suppress(RunError):  # its folder is gone, or read-only: what is raised tells it
            task.write_status(Status(State.FAILED, message=message))
        if text and not isinstance(error, ImvError):
            raise RunError(text) from error
        raise


def _remedy(error: Exception) -> str:
    """What a user can do about it; empty where nobody knows."""
    if isinstance(error, ImvError):
        return str(error)
    if isinstance(error, OSError):
        return f"Its folder cannot be written to: {in_words(error)}. Mend that, and start it again."
    # PyTorch raises a RuntimeError of its own words for the processor, and a kind of it for a GPU
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
        except CheckpointError:  # a disk that was full, a copy that broke off
            heartbeat.discard_checkpoint("Its checkpoint was damaged, so it began again.")
            forecaster = _fit(run, table, heartbeat)
        run.write_model(forecaster)
        run.evaluate(forecaster, table)
        history = list(forecaster.fitted.history)
        run.write_history(history)
    run.withdraw_stop()
    best = max((record.epoch for record in history if record.is_best), default=0)
    kept = f"epoch {best}, the best" if best else "the start, which no epoch bettered"
    message = (
        f"{len(history)} epochs; the weights are those of {kept}. {heartbeat.message}".rstrip()
    )
    settings = run.config.settings
    if heartbeat.is_stopped and not is_over(history, settings):
        run.write_status(Status(State.STOPPED, len(history) / settings.max_epochs, message=message))
    else:
        run.checkpoint_path.unlink(missing_ok=True)
        run.write_status(Status(State.FINISHED, progress=1.0, message=message))


def _fit(run: Run, table: Table, heartbeat: "_TrainingHeartbeat") -> IMVForecaster:
    forecaster = IMVForecaster.from_settings(run.config.settings)
    return forecaster.fit(
        table,
        heartbeat.on_epoch_end,
        on_batch=heartbeat.on_batch_end,
        checkpoint=run.checkpoint_path,
    )


class _TrainingHeartbeat(Heartbeat):
    """Passes a training's progress to the folder and to callbacks, and the wish to stop back."""

    def __init__(self, run: Run, on_epoch: OnEpoch | None, on_batch: OnBatch | None) -> None:
        self._run, self._on_epoch, self._on_batch = run, on_epoch, on_batch
        self._history = run.history if run.checkpoint_path.exists() else []
        super().__init__(run.task(TaskKind.TRAINING), len(self._history) / self._epochs)

    def discard_checkpoint(self, message: str) -> None:
        """Begin again, with the first epoch."""
        self.message = message
        self._run.checkpoint_path.unlink(missing_ok=True)
        self._history = []
        self.restart()

    @property
    def _epochs(self) -> int:
        return self._run.config.settings.max_epochs

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
