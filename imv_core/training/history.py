"""Epochs of a training: losses and importance after each, and how files keep them."""

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from imv_core.model.decomposition import Explained
from imv_core.storage import Format, from_json

FORMAT = Format(2)  # of a record in a file


@dataclass(frozen=True)
class EpochRecord:
    """Losses and importance at the end of an epoch, over all windows of both parts.

    A loss is the objective's measure: negative log-likelihood, or squared error, of the scaled
    target; the mean over the K members.
    """

    epoch: int  # from 1
    max_epochs: int
    train_loss: float
    validation_loss: float
    validation_rmse: float  # of all members' forecast, in standard deviations of what is predicted
    variable_importance: tuple[float, ...]  # (N,) I of the training part, mean over steps and seeds
    importance_by_seed: tuple[tuple[float, ...], ...]  # (K, N) the same of each member
    is_best: bool  # the lowest validation loss so far, that of the untrained start included
    seconds: float
    # subject of the importances; records of older versions do not have it: theirs is the change
    explains: Explained = Explained.CHANGE

    def to_json(self) -> dict[str, Any]:
        """Return plain values for a file."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "EpochRecord":
        """Return the inverse of `to_json`.

        Raises:
            VersionError: the record is of a version that cannot be read.
            TypeError, ValueError: it is no record.
        """
        return from_json(cls, FORMAT.upgrade(values))


def read_history(records: Iterable[Any], seeds: int, variables: int) -> tuple[EpochRecord, ...]:
    """Return the epochs of a training from plain values.

    Raises:
        TypeError, ValueError: they are no epochs, contradict each other, or have another number
            of seeds or variables.
    """
    history = tuple(map(EpochRecord.from_json, records))
    lowest = math.inf
    for epoch, record in enumerate(history, start=1):
        is_lowest = record.validation_loss < lowest
        lowest = min(lowest, record.validation_loss)
        # the untrained start, which has no record, may be the lowest: then no epoch is the best
        if record.epoch != epoch or (record.is_best and not is_lowest):
            raise ValueError("epochs")
        if epoch > record.max_epochs or min(record.validation_rmse, record.seconds) < 0:
            raise ValueError("an epoch out of its range")
        shares = (record.variable_importance, *record.importance_by_seed)
        if [len(row) for row in shares] != [variables] * (seeds + 1):
            raise ValueError("importance")
        if not all(0 <= share <= 1 for row in shares for share in row):
            raise ValueError("shares")
    return history
