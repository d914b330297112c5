"""Trainings that a check needs: they tell how far they are, and can be stopped."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from imv_core.compute import Device
from imv_core.errors import CheckStopped, SettingsError
from imv_core.tables.table import Table
from imv_core.training.history import EpochRecord
from imv_core.training.settings import Settings
from imv_core.windows.split import Split

OnProgress = Callable[[float, str], object]


class Trainable(Protocol):
    """What is still to be fitted, as an `IMVForecaster` is."""

    settings: Settings

    def fit(self, table: Table, on_epoch: Any = None, *, on_batch: Any = None) -> object:
        """Train on a table."""


F = TypeVar("F", bound=Trainable)


def fit_or_stop(forecaster: F, table: Table, tell: Callable[[float], object]) -> F:
    """Train a forecaster for the sake of a check.

    Args:
        forecaster: to be trained.
        table: to train on.
        tell: told the share that is done; a true answer stops.

    Raises:
        CheckStopped: it was asked to stop.
    """
    epochs, is_stopped = 0, False

    def on_batch(share: float) -> bool:
        nonlocal is_stopped
        done = (epochs + share) / forecaster.settings.max_epochs
        is_stopped = is_stopped or bool(tell(done))
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
    """Raise SettingsError where siblings cannot be trained on a table.

    Args:
        settings: of the model that is checked.
        split: of the table that it was trained on.
        table: to train on.
        siblings: how many further models are trained.
    """
    if siblings < 0:
        raise SettingsError(f"'siblings' is {siblings}; it must be 0 or more.")
    shares = settings.train_share, settings.validation_share
    if siblings and Split.by_share(table, *shares) != split:
        raise SettingsError(
            "Further seeds are trained on the table that the model was trained on, and "
            f"{table.name} is another or has newer rows. Bring that table, or ask for no seeds."
        )


def siblings_of(settings: Settings, siblings: int) -> list[Settings]:
    """Settings of further models: the seeds that follow, one each."""
    # as the model itself, also where the GPU that it was trained on is not there
    device = Device.CPU if settings.device is Device.CPU else Device.AUTO
    first = settings.seed + settings.seeds
    return [replace(settings, seed=first + k, seeds=1, device=device) for k in range(siblings)]


def part_of(
    on_progress: OnProgress | None, k: int, parts: int, doing: str = ""
) -> Callable[..., object]:
    """Tells the share of part k, of so many, as one of all.

    Args:
        on_progress: who is told; None: nobody.
        k: from 0.
        parts: how many there are.
        doing: what is done, where nothing else is said.
    """

    def tell(share: float, what: str = doing) -> object:
        return on_progress and on_progress((k + share) / parts, what)

    return tell
