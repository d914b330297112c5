"""The ground of `planted_effects`: an equation that can be asked, and the effects found by asking.

An effect is dy/dx: how far what is expected of the next row moves per unit of one input cell, a
variable at a lag. It is not read from the equation's strengths but computed from it: one cell of a
window is moved, and the equation asked again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from imv_core.arrays import Floats
from imv_core.synthetic.generator import (
    TARGET,
    TARGET_UNIT,
    VARIABLES,
    Ground,
    PlantedWorld,
    Unit,
    check,
    draw,
)

LAGS = 10  # rows of a window
BEFORE = 100  # rows drawn before the first one shown, in which the start is forgotten
GAPS = 0.02  # share of the target's values that is missing singly, and again in stretches
STRETCH = 3, 12  # rows of a stretch, the fewest and the most
Clock = Callable[[int], float]


@dataclass(frozen=True)
class Equation:
    """What is expected of the target in a row, given the window before it; in original units.

    Attributes:
        units: column -> its unit, the target first.
        strengths: of scaled values, (LAGS, columns), the oldest row first.
        clock: what the number of the row adds, scaled.
    """

    units: Mapping[str, Unit]
    strengths: Floats
    clock: Clock

    def __call__(self, window: Floats, row: int) -> float:
        """The target's expected value, from a window (LAGS, columns), the oldest row first."""
        mean, deviation = self.moments
        signal = self.clock(row) + float((self.strengths * ((window - mean) / deviation)).sum())
        return float(mean[0] + deviation[0] * signal)

    @property
    def moments(self) -> Floats:
        """Means and deviations of the columns, (2, columns)."""
        return np.array(list(self.units.values())).T

    def effects(self, window: Floats, row: int) -> pd.DataFrame:
        """Move each cell of a window by one deviation: dy/dx, columns x lags."""
        expected = self(window, row)
        effects = np.empty((len(self.units), LAGS))
        for n, unit in enumerate(self.units.values()):
            for lag in range(1, LAGS + 1):
                moved = window.copy()
                moved[-lag, n] += unit.deviation
                effects[n, lag - 1] = (self(moved, row) - expected) / unit.deviation
        names = pd.Index(list(self.units), name="variable")
        return pd.DataFrame(effects, names, pd.RangeIndex(1, LAGS + 1, name="lag"))


@dataclass(frozen=True, kw_only=True)
class EffectWorld(PlantedWorld):
    """A planted world that also knows the net effect of each cell on what can be forecast.

    `lags` names the target too where its own past acts. Where the target is `neutral` instead, time
    adds what no column shows: the best forecast reads it from the target's past and from what the
    drivers did before, so contributions have no truth; drivers and lags have.

    Attributes:
        equation: what is expected of a row, given the window before it.
        effects: dy/dx in original units, variables (the target included) x lags 1..LAGS.
    """

    equation: Equation
    effects: pd.DataFrame

    @property
    def has_contributions(self) -> bool:
        """Whether the window tells all that can be forecast, so that contributions have a truth."""
        return self.target not in self.neutral

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """Columns that nearly copy each other, the one that acts first; only their sum is true."""
        return tuple((driver, *alike) for driver, alike in self.copies.items())

    def true_contribution(self, rows: npt.ArrayLike, train_rows: int) -> pd.DataFrame:
        """What each variable adds to what is expected: effect x (value - training median).

        Args:
            rows: those to be forecast, each LAGS or later.
            train_rows: how many first rows give the medians.

        Returns:
            Rows x variables, summed over the lags, in the target's unit. A missing value counts
            as the last one before it.
        """
        values, places = self.frame.ffill(), np.asarray(rows)
        away = (values - values.iloc[:train_rows].median()).to_numpy()
        effects = self.effects.to_numpy()
        whole = sum(away[places - lag] * effects[:, lag - 1] for lag in range(1, LAGS + 1))
        return pd.DataFrame(whole, self.frame.index[places], self.effects.index)

    def true_importance(self, rows: npt.ArrayLike, train_rows: int) -> "pd.Series[float]":
        """Each variable's share of the mean |true contribution| over some rows; sums to 1."""
        size = self.true_contribution(rows, train_rows).abs().mean()
        return size / size.sum()


def slow(rows: int, seed: int) -> Ground:
    """Ground whose variables are as slow as sensors."""
    check(rows, seed)
    return draw(BEFORE + rows, seed, is_slow=True)


def white(rows: int, seed: int) -> Ground:
    """Ground whose drivers are white noise."""
    check(rows, seed)
    return draw(BEFORE + rows, seed)


def signed(ground: Ground, least: float, most: float) -> float:
    """Draw a size and a random sign."""
    return float(ground.rng.uniform(least, most) * ground.rng.choice([-1.0, 1.0]))


def _timeless(row: int) -> float:
    return 0.0


def grow(
    ground: Ground,
    own: Mapping[int, float],
    *,
    clock: Clock = _timeless,
    units: Mapping[str, Unit] | None = None,
    start: Floats | None = None,
) -> EffectWorld:
    """Let the target follow its equation row by row.

    Args:
        ground: drivers, lags, strengths and series.
        own: lag -> strength of the target's own past.
        clock: what the number of a row adds, scaled; the first row shown is 0.
        units: of columns that do not have their usual one.
        start: the target's first LAGS values, scaled; 0 where none are given.
    """
    equation = Equation(
        {TARGET: TARGET_UNIT, **VARIABLES, **(units or {})},
        np.zeros((LAGS, 1 + len(VARIABLES))),
        clock,
    )
    columns = list(equation.units)
    for lag, strength in own.items():
        equation.strengths[-lag, 0] = strength
    for (name, lag), strength in zip(ground.lags.items(), ground.strengths, strict=True):
        equation.strengths[-lag, columns.index(name)] = strength
    mean, deviation = equation.moments
    drawn = np.stack([ground.scaled[name][-ground.rows :] for name in VARIABLES], axis=1)
    values = mean + deviation * np.column_stack([np.zeros(ground.rows), drawn])
    if start is not None:
        values[:LAGS, 0] += deviation[0] * start
    noise = deviation[0] * ground.noise()
    for row in range(LAGS, ground.rows):
        values[row, 0] = equation(values[row - LAGS : row], row - BEFORE) + noise[row]
    shown = values[BEFORE:]
    index = pd.date_range("2020-01-01", periods=len(shown), freq="h", name="time")
    return EffectWorld(
        frame=pd.DataFrame(shown, index, columns),
        target=TARGET,
        lags=({TARGET: tuple(own)} if own else {})
        | {name: (lag,) for name, lag in ground.lags.items()},
        noise=float(noise[BEFORE:].std() / shown[:, 0].std()),
        equation=equation,
        effects=equation.effects(shown[:1].repeat(LAGS, axis=0), 0),
    )


def grow_with_copies(ground: Ground, own: Mapping[int, float]) -> EffectWorld:
    """Let one driver have a near copy, and another a near mirror image."""
    names = list(ground.lags)[:2]
    copies = dict(
        zip(names, ground.rng.choice(ground.others, 2, replace=False).tolist(), strict=True)
    )
    for sign, (driver, other) in zip((1.0, -1.0), copies.items(), strict=True):
        ground.tie(other, driver, sign * float(ground.rng.uniform(0.99, 0.999)))
    return replace(
        grow(ground, own),
        copies={driver: (other,) for driver, other in copies.items()},
        neutral=frozenset(copies.values()),
    )


def hide(world: EffectWorld, rng: np.random.Generator) -> EffectWorld:
    """Take away some of the target's values, single ones and stretches, and the last one.

    The first LAGS rows keep theirs, so that each missing value has one before it.
    """
    frame = world.frame.copy()
    is_missing = rng.random(len(frame)) < GAPS
    mean_length = sum(STRETCH) / 2
    for first in np.flatnonzero(rng.random(len(frame)) < GAPS / mean_length):
        is_missing[first : first + rng.integers(STRETCH[0], STRETCH[1] + 1)] = True
    is_missing[-1] = True
    is_missing[:LAGS] = False
    frame.loc[is_missing, world.target] = np.nan
    return replace(world, frame=frame)
