"""The equations of the synthetic data sets of Barić et al.

Source: D. Barić, P. Fumić, D. Horvatić and T. Lipic (2021), "Benchmarking Attention-Based
Interpretability of Deep Learning in Multivariate Time Series Predictions", Entropy 23(2), 143,
doi:10.3390/e23020143. Written from the paper. Data set 9, the Ising model, is left out. Decisions
of ours where the paper leaves something open:

- In 3 and 6 the noise is inside the tanh, as in the equations.
- In 5 and 6 the last lag of the fifth series is its own (`c[3, 8]` is named twice there).
- 8 has the four series of its equations.
- 10 has no noise, which would drive a map out of [0, 1]. At r = 1.5 and 2.5 its series are constant
  before row 1,000, so that nothing can be learnt. At r = 3.2 a map alternates between two values,
  so that each series is a linear sum of its own past as well as of the others', and cannot be
  scored.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Mask = NDArray[np.bool_]
Cell = tuple[str, int]  # a series and a lag
Terms = dict[str, dict[Cell, float]]  # series -> its cells, with their coefficients

LOOKBACK = 10  # rows before a forecast; the longest lag is 9


class Switch(NamedTuple):
    """A condition: some terms hold where a cell is above a threshold, other terms elsewhere."""

    cell: Cell
    threshold: float
    otherwise: Terms


@dataclass(frozen=True)
class DataSet:
    """The equations of all series of a data set: each a sum over cells of the past.

    Attributes:
        label: a short description.
        series: their number N; they are named X0, X1 and so on.
        terms: of each series.
        targets: the series to score, one per equation; none where they cannot be scored.
        switch: other terms, and the condition on which they hold.
        constants: of the series.
        has_drawn_levels: each series has a standard normal constant.
        is_bounded: series are the tanh of their sums.
        maps: series whose terms use x (1 - x) instead of x, so that no coefficient can be scored.
        has_noise: some values have noise.
    """

    label: str
    series: int
    terms: Terms
    targets: tuple[str, ...]
    switch: Switch | None = None
    constants: dict[str, float] = field(default_factory=dict)
    has_drawn_levels: bool = False
    is_bounded: bool = False
    maps: tuple[str, ...] = ()
    has_noise: bool = True

    @property
    def names(self) -> list[str]:
        """Names of the series."""
        return [f"X{n}" for n in range(self.series)]

    def step(self, past: Floats, added: Floats) -> Floats:
        """Return the next row: (..., LOOKBACK, N), oldest first -> (..., N).

        Args:
            past: the rows before it.
            added: constants and noise, (..., N).
        """
        flat = past.reshape(*past.shape[:-2], -1)
        on, off = (self._sums(flat, weights) for weights in self._weights)
        sums = np.where(self.is_on(past)[..., None], on, off) + added
        return np.tanh(sums) if self.is_bounded else sums

    def is_on(self, past: Floats) -> Mask:
        """Return whether the condition of the switch is met, (...)."""
        if self.switch is None:
            return np.ones(past.shape[:-2], bool)
        name, lag = self.switch.cell
        return np.asarray(past[..., -lag, self.names.index(name)] > self.switch.threshold)

    def _sums(self, flat: Floats, weights: Floats) -> Floats:
        sums = flat @ weights.T
        if not self.maps:
            return sums
        return np.where(self._is_map, (flat * (1 - flat)) @ weights.T, sums)

    @cached_property
    def _is_map(self) -> Mask:
        return np.isin(self.names, self.maps)

    @cached_property
    def _weights(self) -> tuple[Floats, Floats]:
        """Coefficients on each side of the switch, (N, LOOKBACK * N)."""
        sides = (self.terms, self.terms if self.switch is None else self.switch.otherwise)
        on, off = (
            np.stack([self._cells(terms.get(name, {})).ravel() for name in self.names])
            for terms in sides
        )
        return on, off

    def _cells(self, coefficients: dict[Cell, float]) -> Floats:
        """Return coefficients by cell, (LOOKBACK, N), oldest first."""
        cells = np.zeros((LOOKBACK, self.series))
        for (name, lag), coefficient in coefficients.items():
            cells[-lag, self.names.index(name)] = coefficient
        return cells


def _from_own_past(series: int, coefficients: dict[int, float]) -> Terms:
    return {f"X{n}": {(f"X{n}", lag): c for lag, c in coefficients.items()} for n in range(series)}


def _from_first(*coefficients: dict[int, float]) -> Terms:
    """Each series from X0."""
    return {
        f"X{n}": {("X0", lag): c for lag, c in of_lags.items()}
        for n, of_lags in enumerate(coefficients)
    }


_DRIVEN = _from_first(
    {3: 1 / 2, 4: 1 / 2},
    {9: 1.0},
    {2: 1 / 2, 7: 1 / 2},
    {3: 1 / 10, 4: 1 / 10, 8: 4 / 5},
    {2: 1 / 3, 5: 2 / 9, 8: 4 / 9},
)
_FIVE = ("X0", "X1", "X2", "X3", "X4")


def _logistic(r: float) -> DataSet:
    is_scored = r > 3.45  # from there on a map has four values or more
    return DataSet(
        f"logistic maps, r = {r:g}",
        series=3,
        terms={
            "X0": {("X0", 3): r},
            "X1": {("X1", 5): r},
            "X2": {("X0", 3): 1 / 2, ("X1", 5): 1 / 2},
        },
        targets=("X0", "X2") if is_scored else (),
        maps=("X0", "X1"),
        has_noise=False,
    )


DATA_SETS = {
    "1": DataSet("constants", 5, {}, targets=("X0",), has_drawn_levels=True),
    "2": DataSet("autoregressions", 5, _from_own_past(5, {3: 1 / 2, 7: 1 / 2}), targets=("X0",)),
    "3": DataSet(
        "tanh of autoregressions",
        5,
        _from_own_past(5, {3: 5 / 7, 7: 1 / 7, 9: 1 / 7}),
        targets=("X0",),
        is_bounded=True,
    ),
    "4": DataSet(
        "two series, each from the other",
        2,
        {
            "X0": {("X1", 2): 2 / 5, ("X1", 5): 1 / 5, ("X1", 9): 2 / 5},
            "X1": {("X0", 2): 2 / 5, ("X0", 5): 1 / 5, ("X0", 9): 2 / 5},
        },
        targets=("X0",),
    ),
    "5": DataSet("all from the first", 5, _DRIVEN, targets=_FIVE),
    "6": DataSet("tanh, all from the first", 5, _DRIVEN, targets=_FIVE, is_bounded=True),
    "7": DataSet(
        "vector autoregression",
        5,
        {
            "X0": {("X0", 1): 1 / 4, ("X0", 5): 3 / 4},
            "X1": {("X0", 2): -1.0},
            "X2": {("X1", 1): 1.0, ("X3", 4): 1.0},
            "X3": {("X2", 4): -2 / 7, ("X0", 1): 5 / 7},
            "X4": {("X4", 4): 12 / 22, ("X1", 1): 10 / 22},
        },
        targets=_FIVE,
        constants={"X1": 1.0, "X3": 1.0},
    ),
    "8": DataSet(
        "switch",
        4,
        {
            "X0": {("X0", 1): 1 / 2, ("X0", 3): 1 / 2},
            "X1": {("X0", 5): 1.0},
            "X2": {("X0", 4): 1.0},
            "X3": {("X3", 1): 1 / 2, ("X3", 4): 1 / 2},
        },
        targets=("X0", "X1", "X2", "X3"),
        switch=Switch(
            ("X0", 5),
            0.5,
            {
                "X0": {("X0", 1): 1 / 2, ("X0", 3): 1 / 2},
                "X1": {("X3", 2): 1.0},
                "X2": {("X3", 4): 1.0},
                "X3": {("X3", 1): 1 / 2, ("X3", 4): 1 / 2},
            },
        ),
    ),
    **{f"10-{r:.3g}": _logistic(r) for r in (1.5, 2.5, 3.2, 3.55, 3.56996)},
}
