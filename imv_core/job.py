"""Train a run's model, in whatever process this is called; the run's folder tells how far it is."""

import os
import threading
import time
from pathlib import Path

import torch

from imv_core.allocation import keep_freed_memory
from imv_core.errors import CheckpointError, ImvError
from imv_core.forecaster import IMVForecaster, OnBatch, OnEpoch
from imv_core.lock import held
from imv_core.run_records import Status
from imv_core.runs import Run
from imv_core.table import Table
from imv_core.training import EpochRecord, is_over

HEARTBEAT = 1.0  # seconds between two notes of progress


def train(
    path: str | Path, on_epoch: OnEpoch | None = None, on_batch: OnBatch | None = None
) -> None:
    """Train a run's model, or go on where its last training was stopped or interrupted.

    Progress goes to the folder; failures that a user can mend go there too, and are raised.
    A run that is finished stays as it is.
    """
    run = Run(path)
    with held(run.path):
        if run.status.state == "finished":
            return
        if run.is_asked_to_stop and not run.checkpoint_path.exists():
            run.note(Status("stopped", message="It was stopped before its first epoch."))
            run.withdraw_stop()  # this wish is fulfilled; the next training starts
            return
        _train(run, _Watch(run, on_epoch, on_batch))


def _train(run: Run, watch: "_Watch") -> None:
    try:
        with watch:
            keep_freed_memory()
            torch.set_num_threads(max(1, (os.cpu_count() or 1) - 1))  # a core for who looks on
            table = run.table
            try:
                forecaster = _fit(run, table, watch)
            except CheckpointError:  # a disk that was full, a copy that broke off
                watch.begin_again("Its checkpoint was damaged, so it began again.")
                forecaster = _fit(run, table, watch)
            run.write_model(forecaster)
            run.judge(forecaster, table)
            history = list(forecaster.fitted.history)
            run.write_history(history)
    except Exception as error:
        # in the page and in the shell a user reads the sentence; the rest is for the log
        known = isinstance(error, ImvError)
        text = str(error) if known else f"Unexpected: {type(error).__name__}: {error}"
        run.note(Status("failed", message=text))
        raise
    run.withdraw_stop()
    best = max((record.epoch for record in history if record.is_best), default=0)
    kept = f"epoch {best}, the best" if best else "the start, which no epoch bettered"
    message = f"{len(history)} epochs; the weights are those of {kept}. {watch.message}".rstrip()
    settings = run.config.settings.training
    if watch.is_stopped and not is_over(history, settings):
        run.note(Status("stopped", len(history) / settings.max_epochs, message=message))
    else:
        run.checkpoint_path.unlink(missing_ok=True)
        run.note(Status("finished", progress=1.0, message=message))


def _fit(run: Run, table: Table, watch: "_Watch") -> IMVForecaster:
    forecaster = IMVForecaster.from_settings(run.config.settings)
    return forecaster.fit(table, watch.epoch, on_batch=watch.batch, checkpoint=run.checkpoint_path)


class _Watch:
    """Passes progress to the folder and to callbacks, and the wish to stop back.

    While it is entered a thread notes every second where the training stands, so that no long
    computation is taken for a dead process.
    """

    def __init__(self, run: Run, on_epoch: OnEpoch | None, on_batch: OnBatch | None) -> None:
        self.is_stopped = False
        self.message = ""  # what there is to be said beside the progress
        self._run, self._on_epoch, self._on_batch = run, on_epoch, on_batch
        self._history = run.history if run.checkpoint_path.exists() else []
        self._progress = self._first_progress = len(self._history) / self._epochs
        self._start = time.monotonic()
        self._is_over = threading.Event()
        self._pulse = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> None:
        self._note()
        self._pulse.start()

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._pulse.join()

    def begin_again(self, message: str) -> None:
        """Forget the checkpoint and its epochs."""
        self.message = message
        self._run.checkpoint_path.unlink(missing_ok=True)
        self._history, self._progress, self._first_progress = [], 0.0, 0.0

    @property
    def _epochs(self) -> int:
        return self._run.config.settings.max_epochs

    def epoch(self, record: EpochRecord) -> bool:
        self._history = [r for r in self._history if r.epoch < record.epoch] + [record]
        self._run.write_history(self._history)
        self._progress = record.epoch / record.max_epochs
        if self._on_epoch is not None and self._on_epoch(record):
            self.is_stopped = True
        self.is_stopped |= self._run.is_asked_to_stop
        return self.is_stopped

    def batch(self, share: float) -> bool:
        self._progress = (len(self._history) + share) / self._epochs
        if self._on_batch is not None and self._on_batch(share):
            self.is_stopped = True
        return self.is_stopped

    def _beat(self) -> None:
        while not self._is_over.wait(HEARTBEAT):
            self.is_stopped |= self._run.is_asked_to_stop
            self._note()

    def _note(self) -> None:
        # of a resumed training only what is new tells its speed
        gained = self._progress - self._first_progress
        seconds = time.monotonic() - self._start
        left = seconds / gained * (1 - self._progress) if gained > 0 else None
        self._run.note(Status("training", self._progress, left, self.message))
