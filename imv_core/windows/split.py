"""Split the rows of a table in time: training, validation and test part."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from imv_core.errors import ModelFileError, NoWindowError, SettingsError, TableError
from imv_core.named_choice import NamedChoice
from imv_core.tables.table import Table


class Part(NamedChoice):
    """Rows of a table, by their place in time."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"
    ALL = "all"
    FUTURE = "future"  # beyond the last row


@dataclass(frozen=True)
class Split:
    """The last times of the training and the validation part.

    A table with newer rows is split at the same times.
    """

    train_end: Any  # Timestamp, or row number where the table has no time
    validation_end: Any

    @classmethod
    def by_share(cls, table: Table, train: float = 0.7, validation: float = 0.15) -> "Split":
        """Split rows in order: the first for training, the next for validation, then the test."""
        check_shares(train, validation)
        index = table.frame.index
        first, second = int(len(index) * train), int(len(index) * (train + validation))
        if not 0 < first < second < len(index):
            raise TableError(f"{table.name} has {len(index)} rows: too few for three parts.")
        return cls(index[first - 1], index[second - 1])

    def check(self, table: Table) -> None:
        """Raise ModelFileError where only one of split and table has times."""
        has_times = isinstance(table.frame.index, pd.DatetimeIndex)
        if isinstance(self.train_end, pd.Timestamp) == has_times:
            return
        had, has = ("no times", "some") if has_times else ("times", "none")
        raise ModelFileError(
            f"The model was trained on a table with {had}, and {table.name} has {has}. "
            "Use a table of the same kind, or train a new model."
        )

    def rows(self, index: pd.Index, part: str) -> slice:
        """Return the rows of "train", "validation", "test" or "all"."""
        first = int(index.searchsorted(self.train_end, side="right"))
        second = int(index.searchsorted(self.validation_end, side="right"))
        return {
            Part.TRAIN: slice(0, first),
            Part.VALIDATION: slice(first, second),
            Part.TEST: slice(second, len(index)),
            Part.ALL: slice(0, len(index)),
        }[Part(part)]


def check_shares(train: float, validation: float) -> None:
    """Raise SettingsError unless both shares are above 0 and leave rows for the test part."""
    if not (train > 0 and validation > 0 and train + validation < 1):  # also of NaN
        raise SettingsError(
            f"The shares for training ({train:g}) and validation ({validation:g}) must be "
            "above 0 and leave something for the test part."
        )


def check_rows(table: Table, lookback: int, horizon: int) -> None:
    """Raise NoWindowError where a table is shorter than one window."""
    rows, needed = len(table.frame), lookback + horizon
    if rows < needed:
        raise NoWindowError(
            f"{table.name} has {rows} rows, but one window takes {needed}: {lookback} of "
            f"lookback and {horizon} to forecast. Bring more rows, or a shorter lookback."
        )
