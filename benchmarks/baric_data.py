"""The synthetic data sets of Barić et al., drawn from a seed, with the truth about every series.

Source: as in `benchmarks.baric_equations`. 20,000 rows, of which the first 1,000 are dropped and
the last 2,000 are the test part. With probability 0.3 a value gets noise of deviation 0.1,
independently per series. Decisions of ours where the source leaves it open:

- The first rows are uniform between 0 and 1.
- The switch of data set 8 depends on a random walk, which may stay on one side: series are drawn
  again until each side has a tenth of the training and of the test rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from benchmarks.baric_equations import DATA_SETS, LOOKBACK, DataSet, Floats, Mask

ROWS, DROPPED, TEST_ROWS = 20_000, 1_000, 2_000
NOISE, NOISE_CHANCE = 0.1, 0.3
FLOOR = NOISE_CHANCE * NOISE**2  # mean squared error of the equation itself: 0.003
LEAST_SHARE = 0.1  # of rows on each side of a switch
DRAWS = 32  # series drawn at once, as most are rejected
NUDGE = 1e-5  # change of a cell to compute a derivative
LAGS = range(1, LOOKBACK + 1)


class Truth(NamedTuple):
    """The truth about a target over some windows: maps of variables x lags."""

    acts: pd.DataFrame  # bool: the cell is a term
    decides: pd.DataFrame  # bool: the cell sets the switch, and is no term
    effects: pd.DataFrame | None  # mean dy/dx; None where it changes its sign

    @property
    def lags(self) -> dict[str, list[int]]:
        """Return the sources, each with the lags at which it acts."""
        found = {
            str(name): [lag for lag, acts in zip(LAGS, row, strict=True) if acts]
            for name, row in self.acts.iterrows()
        }
        return {name: lags for name, lags in found.items() if lags}


@dataclass(frozen=True)
class World:
    """A data set, drawn from a seed."""

    data: DataSet
    frame: pd.DataFrame  # hourly index "time", one column per series
    levels: Floats  # (N,) constants
    test_rows: int

    @cached_property
    def past(self) -> Floats:
        """Windows of the test part, (W, LOOKBACK, N), oldest first."""
        values = self.frame.to_numpy()[-self.test_rows - LOOKBACK : -1]
        return np.lib.stride_tricks.sliding_window_view(values, LOOKBACK, axis=0).swapaxes(1, 2)

    def regimes(self, target: str) -> list[Mask]:
        """Return masks of the test windows: with the switch on and off, or one of all windows."""
        switch, is_on = self.data.switch, self.data.is_on(self.past)
        if switch is None or switch.otherwise.get(target) == self.data.terms.get(target):
            return [np.ones(len(self.past), bool)]
        return [is_on, ~is_on]

    def truth(self, target: str, which: Mask) -> Truth:
        """Return the truth from the equations, and from small changes of cells of the test windows.

        Args:
            target: a series.
            which: of the test windows, (W,).
        """
        data, past = self.data, self.past[which]
        is_on = data.is_on(past)
        terms = dict(data.terms.get(target, {}) if is_on.any() else {})
        if data.switch is not None and not is_on.all():
            terms |= data.switch.otherwise.get(target, {})
        acts, decides = self._map(bool), self._map(bool)
        for name, lag in terms:
            acts.loc[name, lag] = True
        if data.switch is not None and len(self.regimes(target)) > 1:
            name, lag = data.switch.cell
            decides.loc[name, lag] = not acts.loc[name, lag]
        effects = None if target in data.maps else self._effects(target, past)
        return Truth(acts, decides, effects)

    def error(self, target: str) -> float:
        """Compute the mean squared test error of the equation itself."""
        place = self.data.names.index(target)
        expected = self.data.step(self.past, self.levels)[:, place]
        actual = self.frame[target].to_numpy()[-self.test_rows :]
        return float(np.mean((actual - expected) ** 2))

    def _effects(self, target: str, past: Floats) -> pd.DataFrame:
        effects, place = self._map(float), self.data.names.index(target)
        for n, name in enumerate(self.data.names):
            for lag in LAGS:
                nudge = np.zeros(past.shape[1:])
                nudge[-lag, n] = NUDGE
                more, less = (self.data.step(past + s * nudge, self.levels) for s in (1, -1))
                effects.loc[name, lag] = ((more - less)[:, place] / (2 * NUDGE)).mean()
        return effects

    def _map(self, kind: type) -> pd.DataFrame:
        return pd.DataFrame(kind(), index=self.data.names, columns=list(LAGS))


def draw(name: str, seed: int, rows: int | None = None) -> World:
    """Draw a data set of `DATA_SETS`.

    Args:
        name: its number.
        seed: of the data set.
        rows: number of rows to keep, from the end; None: all. A fifth of few rows is the test part.
    """
    data, rng = DATA_SETS[name], np.random.default_rng(seed)
    kept, test_rows = _sizes(rows)
    levels = np.array([data.constants.get(name, 0.0) for name in data.names])
    if data.has_drawn_levels:
        levels += rng.standard_normal(data.series)
    values = next(
        drawn
        for drawn in (drawn[-kept:] for drawn in _simulated(data, levels, rng))
        if data.switch is None or _has_both_sides(data, drawn, test_rows)
    )
    index = pd.date_range("2020-01-01", periods=kept, freq="h", name="time")
    frame = pd.DataFrame(values, index=index, columns=data.names)
    return World(data, frame, levels, test_rows)


def shares(rows: int | None) -> tuple[float, float]:
    """Shares of the training and the validation part; validation is as long as the test part."""
    kept, test_rows = _sizes(rows)
    return (kept - 2 * test_rows + 0.5) / kept, test_rows / kept


def _sizes(rows: int | None) -> tuple[int, int]:
    """Return the number of rows, and the number of test rows among them."""
    kept = min(rows or ROWS, ROWS - DROPPED)
    return kept, min(TEST_ROWS, kept // 5)


def _simulated(data: DataSet, levels: Floats, rng: np.random.Generator) -> Iterator[Floats]:
    """Yield drawn series without end, each (ROWS, N)."""
    shape = (1 if data.switch is None else DRAWS, ROWS, data.series)
    while True:
        noise = NOISE * rng.standard_normal(shape) * (rng.random(shape) < NOISE_CHANCE)
        added = levels + noise * data.has_noise
        values = np.empty(shape)
        values[:, :LOOKBACK] = rng.random((shape[0], LOOKBACK, data.series))
        for row in range(LOOKBACK, ROWS):
            values[:, row] = data.step(values[:, row - LOOKBACK : row], added[:, row])
        yield from values


def _has_both_sides(data: DataSet, values: Floats, test_rows: int) -> bool:
    windows = np.lib.stride_tricks.sliding_window_view(values, LOOKBACK, axis=0).swapaxes(1, 2)
    is_on = data.is_on(windows)
    shares = (is_on[: -2 * test_rows].mean(), is_on[-test_rows:].mean())
    return all(LEAST_SHARE <= share <= 1 - LEAST_SHARE for share in shares)
