"""Worlds whose drivers and lags are known, so that an explanation can be marked right or wrong.

Source of the idea: synthetic series with a transparent generating process, after D. Barić,
P. Fumić, D. Horvatić and T. Lipic (2021), "Benchmarking Attention-Based Interpretability of Deep
Learning in Multivariate Time Series Predictions", Entropy 23(2), 143, doi:10.3390/e23020143.
The equations are our own.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PlantedWorld:
    """A table together with the truth about it.

    Attributes:
        frame: hourly index "time"; the target and the variables, in original units.
        target: name of the target's column.
        lags: driver -> the lags at which it acts; lag 1 is the row just before the forecast row.
            A column that is not named here does not act.
        noise: standard deviation of the part that nobody can forecast, in units of the target's
            standard deviation.
    """

    frame: pd.DataFrame
    target: str
    lags: dict[str, tuple[int, ...]]
    noise: float


class _Variable(NamedTuple):
    """Mean and standard deviation in original units, and the share kept from row to row."""

    mean: float
    deviation: float
    memory: float = 0.0


class _Driver(NamedTuple):
    lag: int
    strength: float


# Different units, so that no method can succeed without scaling. Memory only where nothing acts:
# a driver's neighbouring lags would otherwise be half right.
_VARIABLES = {
    "x1": _Variable(20.0, 5.0),
    "x2": _Variable(1000.0, 10.0),
    "x3": _Variable(0.0, 1.0, memory=0.3),
    "x4": _Variable(50.0, 15.0),
    "x5": _Variable(15.0, 4.0),
    "x6": _Variable(300.0, 40.0, memory=0.3),
    "x7": _Variable(5.0, 1.0),
    "x8": _Variable(-5.0, 2.0),
}
_DRIVERS = {"x2": _Driver(3, 1.0), "x5": _Driver(7, 0.8), "x7": _Driver(2, 0.6)}
_NOISE = 0.3
_TARGET_MEAN, _TARGET_UNIT = 100.0, 20.0


def additive_lags(rows: int = 4000, seed: int = 0) -> PlantedWorld:
    """Plant three drivers among eight variables, each at one lag, linear and additive.

    With z the scaled variables and e standard normal,
    `y[t] = 100 + 20 (1.0 z2[t-3] + 0.8 z5[t-7] + 0.6 z7[t-2] + 0.3 e[t])`.
    All z are independent white noise, but for x3 and x6, which do not act and remember 0.3 of
    their last row. The target's own past therefore says nothing about its next row.

    Source: after Barić et al. (2021), Entropy 23(2), 143.
    """
    rng = np.random.default_rng(seed)
    past = max(driver.lag for driver in _DRIVERS.values())  # drawn before the first row shown
    scaled = {
        name: _series(rng, past + rows, variable.memory) for name, variable in _VARIABLES.items()
    }
    y = _NOISE * rng.standard_normal(rows)
    for name, driver in _DRIVERS.items():
        start = past - driver.lag
        y += driver.strength * scaled[name][start : start + rows]

    columns = {"y": _TARGET_MEAN + _TARGET_UNIT * y}
    for name, variable in _VARIABLES.items():
        columns[name] = variable.mean + variable.deviation * scaled[name][past:]
    index = pd.date_range("2020-01-01", periods=rows, freq="h", name="time")
    variance = sum(driver.strength**2 for driver in _DRIVERS.values()) + _NOISE**2
    return PlantedWorld(
        frame=pd.DataFrame(columns, index=index),
        target="y",
        lags={name: (driver.lag,) for name, driver in _DRIVERS.items()},
        noise=_NOISE / variance**0.5,
    )


def _series(rng: np.random.Generator, rows: int, memory: float) -> Floats:
    """First-order autoregression with mean 0 and variance 1 in every row; white if memory is 0."""
    series = rng.standard_normal(rows)
    if memory:
        series[1:] *= (1.0 - memory**2) ** 0.5
        for row in range(1, rows):
            series[row] += memory * series[row - 1]
    return series
