"""Designs of planted worlds: drivers, lags and series by a seed, and the table made from them.

Source of the idea: see `worlds`.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd

from imv_core.arrays import Floats
from imv_core.errors import SettingsError


@dataclass(frozen=True)
class PlantedWorld:
    """A table and the truth about it.

    Attributes:
        frame: hourly index "time"; the target and the variables, in original units.
        target: name of the target's column.
        lags: driver -> the lags at which it acts, in the order of the equation; lag 1 is the row
            just before the forecast row. Other columns do not act.
        noise: standard deviation of the part that no forecast can know, in units of the target's
            standard deviation.
        copies: driver -> columns that repeat it almost exactly.
        neutral: columns that help a forecast and are no drivers, such as copies, or the target if
            its own past helps: an explanation that names them is neither right nor wrong.
    """

    frame: pd.DataFrame
    target: str
    lags: dict[str, tuple[int, ...]]
    noise: float
    copies: dict[str, tuple[str, ...]] = field(default_factory=dict)
    neutral: frozenset[str] = frozenset()


class Unit(NamedTuple):
    """Mean and standard deviation in original units."""

    mean: float
    deviation: float


# All different, so that no method can succeed without scaling.
VARIABLES = {
    "x1": Unit(20.0, 5.0),
    "x2": Unit(1000.0, 10.0),
    "x3": Unit(0.0, 1.0),
    "x4": Unit(50.0, 15.0),
    "x5": Unit(15.0, 4.0),
    "x6": Unit(300.0, 40.0),
    "x7": Unit(5.0, 1.0),
    "x8": Unit(-5.0, 2.0),
}
TARGET, TARGET_UNIT = "y", Unit(100.0, 20.0)
NOISE = 0.3
MEMORY = 0.3  # kept from row to row by two variables that do not act
SLOW = 0.9, 0.98  # kept from row to row by a slow sensor, the least and the most
LONGEST_LAG = 8
_DRIVERS = 3
_WEAKEST, _STRONGEST = 0.6, 1.2


def series(rng: np.random.Generator, rows: int, memory: float) -> Floats:
    """Return a first-order autoregression of mean 0 and variance 1; white if memory is 0."""
    drawn = rng.standard_normal(rows)
    if memory:
        drawn[1:] *= (1.0 - memory**2) ** 0.5
        for row in range(1, rows):
            drawn[row] += memory * drawn[row - 1]
    return drawn


def lagged(scaled: Floats, lag: int, rows: int) -> Floats:
    """Return the values of a series at a lag of its last `rows` rows, (rows,)."""
    start = len(scaled) - rows - lag
    return scaled[start : start + rows]


def table(y: Floats, scaled: dict[str, Floats]) -> pd.DataFrame:
    """Return an hourly table in original units: y, and the last rows of every variable."""
    rows = len(y)
    columns = {TARGET: TARGET_UNIT.mean + TARGET_UNIT.deviation * y}
    for name, unit in VARIABLES.items():
        columns[name] = unit.mean + unit.deviation * lagged(scaled[name], 0, rows)
    index = pd.date_range("2020-01-01", periods=rows, freq="h", name="time")
    return pd.DataFrame(columns, index=index)


@dataclass(frozen=True)
class Design:
    """The draws of a seed: worlds of one design differ in their equation alone.

    Attributes:
        rows: number of rows of the table.
        rng: for the draws of a world: first its truth, so that the number of rows does not change
            it, and the noise last.
        lags: each driver's lag, all different, in the order drawn.
        strengths: with sign, (drivers,).
        scaled: every variable, mean 0 and variance 1, (LONGEST_LAG + rows,). White noise, except
            two variables that do not act: with slow drivers, their neighbouring lags would be half
            right. In a slow design, all variables are as slow as sensors.
    """

    rows: int
    rng: np.random.Generator
    lags: dict[str, int]
    strengths: Floats
    scaled: dict[str, Floats]

    @property
    def others(self) -> list[str]:
        """Names of the variables that do not act."""
        return [name for name in VARIABLES if name not in self.lags]

    def past(self) -> Floats:
        """Return the drivers, each at its lag: (drivers, rows)."""
        lags = self.lags.items()
        return np.stack([lagged(self.scaled[name], lag, self.rows) for name, lag in lags])

    def noise(self) -> Floats:
        """Draw normal noise, (rows,)."""
        return NOISE * self.rng.standard_normal(self.rows)

    def correlate(self, other: str, driver: str, rho: float) -> None:
        """Make another variable correlate with a driver; its variance stays 1."""
        own = (1.0 - rho**2) ** 0.5 * self.scaled[other]
        self.scaled[other] = rho * self.scaled[driver] + own

    def world(self, signal: Floats, noise: Floats) -> PlantedWorld:
        """Return the world whose target is signal plus noise."""
        y = signal + noise
        return PlantedWorld(
            frame=table(y, self.scaled),
            target=TARGET,
            lags={name: (lag,) for name, lag in self.lags.items()},
            noise=float(noise.std() / y.std()),
        )


def sizes(rng: np.random.Generator) -> Floats:
    """Draw strengths without sign, (drivers,): the strongest at most twice the weakest."""
    return rng.uniform(_WEAKEST, _STRONGEST, _DRIVERS)


def need_valid(rows: int, seed: int) -> None:
    """Raise SettingsError if no world can be drawn."""
    if rows < 2:
        raise SettingsError(f"'rows' is {rows}; a planted world needs 2 or more.")
    if seed < 0:
        raise SettingsError(f"'seed' is {seed}; it must be 0 or more.")


def draw_design(rows: int, seed: int, is_slow: bool = False) -> Design:
    """Draw drivers, lags, strengths and series; SettingsError if nothing can be drawn."""
    need_valid(rows, seed)
    rng = np.random.default_rng(seed)
    names = [str(name) for name in rng.permutation(list(VARIABLES))]
    lags = 1 + rng.permutation(LONGEST_LAG)[:_DRIVERS]
    memories = dict.fromkeys(VARIABLES, 0.0)
    memories |= dict.fromkeys(names[_DRIVERS : _DRIVERS + 2], MEMORY)
    strengths = sizes(rng) * rng.choice([-1.0, 1.0], _DRIVERS)
    if is_slow:
        memories = {name: float(rng.uniform(*SLOW)) for name in VARIABLES}
    apart = rng.spawn(1)[0]  # how many rows are drawn does not change what rng draws next
    scaled = {name: series(apart, LONGEST_LAG + rows, memories[name]) for name in VARIABLES}
    drivers = zip(names[:_DRIVERS], lags.tolist(), strict=True)
    return Design(rows, rng, dict(drivers), strengths, scaled)
