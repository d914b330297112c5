"""Trainings that a check needs: they tell how far they are, and can be stopped."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from imv_core.errors import CheckStopped
from imv_core.settings import Settings
from imv_core.table import Table
from imv_core.training import EpochRecord

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
