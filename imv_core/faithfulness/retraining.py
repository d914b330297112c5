"""Train models for a check: report the progress, and stop on request."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol, Self, TypeVar

from imv_core.devices_and_threads import Device
from imv_core.errors import CheckStopped, SettingsError
from imv_core.tables.table import Table
from imv_core.training.history import EpochRecord
from imv_core.training.settings import Settings
from imv_core.windows.split import Split

OnProgress = Callable[[float, str], object]  # a true result requests a stop


class Trainable(Protocol):
    """The part of an `IMVForecaster` that a training needs."""

    settings: Settings

    def fit(self, table: Table, on_epoch: Any = None, *, on_batch: Any = None) -> object:
        """Train on a table."""


class Sibling(Trainable, Protocol):
    """A model that others of its kind can be made beside."""

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Return an untrained model."""


F = TypeVar("F", bound=Trainable)
S = TypeVar("S", bound=Sibling)


def fit_or_stop(forecaster: F, table: Table, report_progress: Callable[[float], object]) -> F:
    """Train a forecaster for a check.

    Args:
        forecaster: to train.
        table: to train on.
        report_progress: called with the share that is done; a true result requests a stop.

    Raises:
        CheckStopped: stop was requested.
    """
    epochs, is_stopped = 0, False

    def on_batch(share: float) -> bool:
        nonlocal is_stopped
        done = (epochs + share) / forecaster.settings.max_epochs
        is_stopped = is_stopped or bool(report_progress(done))
        return is_stopped

    def on_epoch(_: EpochRecord) -> bool:
        nonlocal epochs
        epochs += 1
        return is_stopped

    forecaster.fit(table, on_epoch, on_batch=on_batch)
    if is_stopped:
        raise CheckStopped("A training that a check needs was stopped before it came to an end.")
    return forecaster


def need_own_table(settings: Settings, split: Split, table: Table, siblings: int) -> None:
    """Raise SettingsError if siblings cannot be trained on a table.

    Args:
        settings: of the model that is checked.
        split: of the table that it was trained on.
        table: to train on.
        siblings: number of further models.
    """
    if siblings < 0:
        raise SettingsError(f"'siblings' is {siblings}; it must be 0 or more.")
    shares = settings.train_share, settings.validation_share
    if siblings and Split.by_share(table, *shares) != split:
        raise SettingsError(
            "Further seeds are trained on the table that the model was trained on, and "
            f"{table.name} is another or has newer rows. Bring that table, or ask for no seeds."
        )


def _siblings_of(settings: Settings, siblings: int) -> list[Settings]:
    """Return settings of further models: one for each of the seeds that follow."""
    # as the model itself, also if its GPU is not there
    device = Device.CPU if settings.device is Device.CPU else Device.AUTO
    first = settings.seed + settings.seeds
    return [replace(settings, seed=first + k, seeds=1, device=device) for k in range(siblings)]


def train_siblings(
    forecaster: S, siblings: int, table: Table, on_progress: OnProgress | None
) -> list[S]:
    """Train models that differ in their seed; the checks follow as one more part of the work.

    Args:
        forecaster: the model that is checked.
        siblings: number of further models.
        table: to train on.
        on_progress: called with the share that is done; a true result requests a stop.

    Raises:
        CheckStopped: stop was requested.
    """
    trained = []
    for k, settings in enumerate(_siblings_of(forecaster.settings, siblings)):
        message = f"training with seed {settings.seed}"
        report_progress = part_of(on_progress, k, 1 + siblings, message)
        trained.append(fit_or_stop(forecaster.from_settings(settings), table, report_progress))
    return trained


def part_of(
    on_progress: OnProgress | None, k: int, parts: int, message: str = ""
) -> Callable[..., object]:
    """Return a callback that reports the share of one part of the work as a share of all parts.

    Args:
        on_progress: receives the share of all parts; None: nothing is reported.
        k: number of the part, from 0.
        parts: number of parts.
        message: of this part, if the caller gives none.
    """

    def report_progress(share: float, message: str = message) -> object:
        return on_progress and on_progress((k + share) / parts, message)

    return report_progress
