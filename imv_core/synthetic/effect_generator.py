"""Worlds that follow an equation row by row, and their effects, computed from the equation.

An effect is dy/dx: the change of the expected next value per unit of one input cell, a variable at
a lag. It is computed by evaluating the equation on a window with one changed cell, and not read
from the equation's strengths.
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
    Design,
    PlantedWorld,
    Unit,
    draw_design,
    need_valid,
)

LAGS = 10  # rows of a window
BEFORE = 100  # rows that are computed before the table begins, so that the start fades
GAPS = 0.02  # share of the target's values missing singly, and as large a share in stretches
STRETCH = 3, 12  # rows of a stretch, the fewest and the most
Clock = Callable[[int], float]


@dataclass(frozen=True)
class Equation:
    """The expected value of the target given the window before it, in original units.

    Attributes:
        units: column -> its unit, the target first.
        strengths: of scaled values, (LAGS, columns), the oldest row first.
        clock: row number -> what time adds there, scaled.
    """

    units: Mapping[str, Unit]
    strengths: Floats
    clock: Clock

    def __call__(self, window: Floats, row: int) -> float:
        """Return the expected value after a window (LAGS, columns), the oldest row first."""
        mean, deviation = self.moments
        signal = self.clock(row) + float((self.strengths * ((window - mean) / deviation)).sum())
        return float(mean[0] + deviation[0] * signal)

    @property
    def moments(self) -> Floats:
        """Means and standard deviations of the columns, (2, columns)."""
        return np.array(list(self.units.values())).T

    def effects(self, window: Floats, row: int) -> pd.DataFrame:
        """Return dy/dx, columns x lags, by moving each cell of a window by one deviation."""
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
    """A planted world with the effect of each cell on the expected value.

    `lags` includes the target if its own past acts. If the target is `neutral` instead, time adds a
    part that no column shows. The best forecast reads this part from the past of the target and of
    the drivers, so contributions have no known truth; drivers and lags have one.

    Attributes:
        equation: the expected value of a row, given the window before it.
        effects: dy/dx in original units, variables (the target included) x lags 1..LAGS.
    """

    equation: Equation
    effects: pd.DataFrame

    @property
    def has_contributions(self) -> bool:
        """Whether the true contributions are known: time adds nothing that no column shows."""
        return self.target not in self.neutral

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """Near copies of each other, the driver first: only their sum has a known truth."""
        return tuple((driver, *alike) for driver, alike in self.copies.items())

    def true_contribution(self, rows: npt.ArrayLike, train_rows: int) -> pd.DataFrame:
        """Return what each variable adds to the expected value: effect x (value - training median).

        Args:
            rows: numbers of the forecast rows, each LAGS or more, counted from 0.
            train_rows: number of rows at the start, whose medians are used.

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
        """Return each variable's share of the mean |true contribution| over rows; sums to 1."""
        size = self.true_contribution(rows, train_rows).abs().mean()
        return size / size.sum()


def slow_design(rows: int, seed: int) -> Design:
    """Draw a design whose variables are as slow as sensors."""
    need_valid(rows, seed)
    return draw_design(BEFORE + rows, seed, is_slow=True)


def white_design(rows: int, seed: int) -> Design:
    """Draw a design whose drivers are white noise."""
    need_valid(rows, seed)
    return draw_design(BEFORE + rows, seed)


def signed_size(design: Design, least: float, most: float) -> float:
    """Draw a size and a random sign."""
    return float(design.rng.uniform(least, most) * design.rng.choice([-1.0, 1.0]))


def _timeless(row: int) -> float:
    return 0.0


def simulate(
    design: Design,
    own: Mapping[int, float],
    *,
    clock: Clock = _timeless,
    units: Mapping[str, Unit] | None = None,
    start: Floats | None = None,
) -> EffectWorld:
    """Compute the target by its equation, row by row.

    Args:
        design: drivers, lags, strengths and series.
        own: lag -> strength of the target's own past.
        clock: row number -> what time adds there, scaled; the first row of the table is 0.
        units: column -> its unit, where this is not the usual one.
        start: the target's first LAGS values, scaled; None: 0.
    """
    equation = Equation(
        {TARGET: TARGET_UNIT, **VARIABLES, **(units or {})},
        np.zeros((LAGS, 1 + len(VARIABLES))),
        clock,
    )
    columns = list(equation.units)
    for lag, strength in own.items():
        equation.strengths[-lag, 0] = strength
    for (name, lag), strength in zip(design.lags.items(), design.strengths, strict=True):
        equation.strengths[-lag, columns.index(name)] = strength
    mean, deviation = equation.moments
    drawn = np.stack([design.scaled[name][-design.rows :] for name in VARIABLES], axis=1)
    values = mean + deviation * np.column_stack([np.zeros(design.rows), drawn])
    if start is not None:
        values[:LAGS, 0] += deviation[0] * start
    noise = deviation[0] * design.noise()
    for row in range(LAGS, design.rows):
        values[row, 0] = equation(values[row - LAGS : row], row - BEFORE) + noise[row]
    shown = values[BEFORE:]
    index = pd.date_range("2020-01-01", periods=len(shown), freq="h", name="time")
    return EffectWorld(
        frame=pd.DataFrame(shown, index, columns),
        target=TARGET,
        lags=({TARGET: tuple(own)} if own else {})
        | {name: (lag,) for name, lag in design.lags.items()},
        noise=float(noise[BEFORE:].std() / shown[:, 0].std()),
        equation=equation,
        effects=equation.effects(shown[:1].repeat(LAGS, axis=0), 0),
    )


def simulate_with_copies(design: Design, own: Mapping[int, float]) -> EffectWorld:
    """Simulate with a near copy of one driver, and near the negative of another."""
    names = list(design.lags)[:2]
    copies = dict(
        zip(names, design.rng.choice(design.others, 2, replace=False).tolist(), strict=True)
    )
    for sign, (driver, other) in zip((1.0, -1.0), copies.items(), strict=True):
        design.correlate(other, driver, sign * float(design.rng.uniform(0.99, 0.999)))
    return replace(
        simulate(design, own),
        copies={driver: (other,) for driver, other in copies.items()},
        neutral=frozenset(copies.values()),
    )


def remove_values(world: EffectWorld, rng: np.random.Generator) -> EffectWorld:
    """Remove some of the target's values: single values, stretches and the last value.

    The first LAGS values stay, so that each missing value has one before it.
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
