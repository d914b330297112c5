"""Check settings against a table; split, scale and window it."""

import difflib
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from imv_core.errors import SettingsError, TableError
from imv_core.tables.table import Table
from imv_core.training.settings import Settings
from imv_core.windows.scaling import Scaling
from imv_core.windows.split import Part, Split, check_rows
from imv_core.windows.windows import Windows

MOST_INPUTS = 10_000
"""T * N at most: the regressions before training hold several matrices of its square, 3.6 GB."""


class Prepared(NamedTuple):
    """A table after `prepare`."""

    scaling: Scaling
    split: Split
    train: Windows
    validation: Windows


def prepare(table: Table, settings: Settings) -> Prepared:
    """Split a table, learn its scaling from the training part, and cut windows.

    Raises:
        TableError, SettingsError: the table does not fit the settings.
    """
    split = Split.by_share(table, settings.train_share, settings.validation_share)
    train_rows = table.frame.iloc[split.rows(table.frame.index, Part.TRAIN)]
    variables = _variables(table, settings, train_rows)
    _check_inputs(len(variables), settings.lookback)
    check_rows(table, settings.lookback, settings.horizon)  # before arrays of H columns are made
    scaling = Scaling.fit(
        train_rows,
        settings.target,
        variables,
        settings.horizon,
        settings.predict,
        settings.fill,
    )
    train = Windows(table, scaling, split, Part.TRAIN, settings.lookback)
    validation = train.for_part(Part.VALIDATION)
    train.for_part(Part.TEST)  # raises if there is no test part to score on
    for windows, part in ((train, Part.TRAIN), (validation, Part.VALIDATION)):
        _need_every_step(windows, table, part)
    if not np.isfinite(train.actual).all(axis=1).any():
        raise TableError(
            f"{table.name} has no window in the train part with a value of the target at each of "
            f"the {settings.horizon} steps after it. Bring more rows, or choose a shorter horizon."
        )
    return Prepared(scaling, split, train, validation)


def need_columns(table: Table, columns: Iterable[str]) -> None:
    """Raise TableError if a column is missing; it names the closest existing one."""
    names = list(table.frame.columns)
    for column in columns:
        if column not in names:
            near = difflib.get_close_matches(column, names, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            raise TableError(f"{table.name} has no column '{column}'.{hint}")


def _variables(table: Table, settings: Settings, train: pd.DataFrame) -> tuple[str, ...]:
    """Return the chosen columns, or every usable one that changes in the training part."""
    target, chosen = settings.target, settings.variables
    need_columns(table, (target, *(chosen or ())))
    if target not in table.numeric:
        raise TableError(f"The target '{target}' holds text. Choose a column of numbers.")
    if target not in table.usable:
        raise TableError(
            f"The target '{target}' is constant, so there is nothing to forecast. "
            "Choose another target."
        )
    return chosen or tuple(v for v in table.usable if train[v].nunique() > 1 or v == target)


def _check_inputs(variables: int, lookback: int) -> None:
    if variables * lookback > MOST_INPUTS:
        raise SettingsError(
            f"{variables:,} variables over a lookback of {lookback:,} rows are "
            f"{variables * lookback:,} inputs, more than {MOST_INPUTS:,}. Choose fewer variables, "
            "or a shorter lookback."
        )


def _need_every_step(windows: Windows, table: Table, part: Part) -> None:
    for step, actual in enumerate(windows.actual.T, start=1):
        if not np.isfinite(actual).any():
            raise TableError(
                f"{table.name} has no value of the target in the {part} part that lies "
                f"{step} steps after a window. Bring more rows, or choose a shorter horizon."
            )
