"""Add a hidden column with a known effect on the target to a copy of a table.

Sources: phase-randomised surrogates, Theiler et al. (1992), Physica D 58, 77-94 (amplitude
adjusted); a known effect added to real data, as in recovery tests of search pipelines.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from imv_core.arrays import Floats
from imv_core.errors import SettingsError, TableError
from imv_core.tables.table import Table
from imv_core.training.preparation import need_columns

NAME = "hidden"
COMMONEST = 0.5  # share of rows; a column whose commonest value is in more is not imitated


@dataclass(frozen=True, eq=False)
class Injected:
    """A table with one more column, and the truth about that column.

    Attributes:
        table: a copy of the user's; its target includes the effect.
        column: the name of the hidden column.
        like: the column with the same values and autocorrelation.
        lags: of the effect; lag 1 is the row just before the forecast row.
        acting: lags that a forecast must read. If the change of the target varies less than its
            level, the lags after the planted ones are among them: the last value of the target
            still includes their effect, and a forecast subtracts it.
        of_change: whether the size of the effect is relative to changes from row to row, not to
            levels.
    """

    table: Table
    column: str
    like: str
    lags: tuple[int, ...]
    acting: frozenset[int]
    of_change: bool


def inject(
    table: Table, target: str, strength: float, lags: int | Iterable[int] = 5, seed: int = 0
) -> Injected:
    """Hide a column in a copy of a table, and add its effect to the target.

    The target's row t becomes `y[t] + gain * (hidden[t - lag] - mean)`, summed over the lags.
    Missing values stay missing. The effect's standard deviation is `strength` times that of the
    target. Where the target's change from row to row varies less (as `predict="auto"` decides), the
    standard deviation of the effect's change is `strength` times that of the target's change.

    The hidden column has the values of a typical column of the table in a random order with the
    same autocorrelation, so that its lags are as hard to separate as those of real columns. Typical
    is the column whose autocorrelation is the median. The phases are drawn: the column is related
    to no other, except that it shares seasons, at another hour.

    Args:
        table: of the user; it stays as it is.
        target: the column that gets the effect.
        strength: 0.2 is 20% of the target's variation; 0 hides a column without an effect.
        lags: numbers of rows after which the column acts.
        seed: of the draws; it gives the same column for every strength.

    Raises:
        TableError: the target is missing, is no column of numbers, or is constant.
        SettingsError: strength, lags or seed are out of their range.

    >>> hour = pd.date_range("2024-01-01", periods=500, freq="h", name="time")
    >>> draws = np.random.default_rng(0).standard_normal((500, 2))
    >>> frame = pd.DataFrame(draws, index=hour, columns=["load", "wind"])
    >>> injected = inject(read_table(frame, name="mine"), "load", strength=0.2, lags=5)
    >>> list(injected.table.frame), injected.like
    (['load', 'wind', 'hidden'], 'wind')
    """
    planted = (lags,) if isinstance(lags, int) else tuple(lags)
    _check(table, target, strength, planted, seed)
    y, rng = table.frame[target], np.random.default_rng(seed)
    like = _typical(table, target)
    hidden = _surrogate(_filled(table.frame[like]), rng)
    # a surrogate is periodic: its end is what came before its first row
    acting = np.sum([np.roll(hidden, lag) for lag in planted], axis=0)
    levels, changes = y.std(ddof=0), (y - y.ffill().shift()).std(ddof=0)
    of_change = bool(0 < changes < levels)
    size = np.std(acting - np.roll(acting, 1)) if of_change else np.std(acting)
    with np.errstate(over="ignore", invalid="ignore"):
        effect = strength * (changes if of_change else levels) / size * (acting - acting.mean())
    if not np.isfinite(effect).all():
        raise TableError(f"The values of '{target}' or '{like}' are too large to compute with.")
    column = _free(table.frame.columns)
    frame = table.frame.assign(**{target: y + effect, column: hidden})
    return Injected(
        table=replace(table, frame=frame),
        column=column,
        like=like,
        lags=planted,
        acting=frozenset(planted) | frozenset(lag + 1 for lag in planted if of_change),
        of_change=of_change,
    )


def _check(table: Table, target: str, strength: float, lags: tuple[int, ...], seed: int) -> None:
    need_columns(table, (target,))
    if target not in table.numeric or target not in table.usable:
        raise TableError(
            f"The target '{target}' holds text or is constant. Choose a column of numbers that "
            "varies."
        )
    if not (math.isfinite(strength) and strength >= 0):
        raise SettingsError(f"'strength' is {strength}; it must be a number of 0 or more.")
    rows = len(table.frame)
    if not lags or not all(1 <= lag < rows for lag in lags):
        raise SettingsError(f"'lags' is {lags}; each must lie between 1 and {rows - 1}.")
    if seed < 0:
        raise SettingsError(f"'seed' is {seed}; it must be 0 or more.")


def _typical(table: Table, target: str) -> str:
    """Return the column with the median autocorrelation; the target if it is alone."""
    memory = {}
    for name in table.numeric:
        values = _filled(table.frame[name])
        if name != target and values.value_counts(normalize=True).iloc[0] <= COMMONEST:
            memory[name] = float(np.nan_to_num(values.autocorr()))
    ordered = sorted(memory, key=memory.__getitem__)
    return ordered[len(ordered) // 2] if ordered else target


def _filled(column: "pd.Series[float]") -> "pd.Series[float]":
    """Return a column with the last known value for each missing or infinite one."""
    return column.where(np.isfinite(column)).ffill().bfill()


def _surrogate(column: "pd.Series[float]", rng: np.random.Generator) -> Floats:
    """Return the values of a column in a random order with its autocorrelation, (rows,)."""
    values, rows = column.to_numpy(), len(column)
    normal = np.empty(rows)
    order = np.lexsort((rng.random(rows), values))  # equal values in a random order
    normal[order] = np.sort(rng.standard_normal(rows))
    spectrum = np.fft.rfft(normal)
    phases = np.exp(2j * np.pi * rng.random(len(spectrum)))
    hidden = np.empty(rows)
    hidden[np.argsort(np.fft.irfft(spectrum * phases, rows))] = np.sort(values)
    return hidden


def _free(columns: Iterable[str]) -> str:
    """Return a name that no column has."""
    taken, name, number = set(columns), NAME, 2
    while name in taken:
        name, number = f"{NAME} {number}", number + 1
    return name
