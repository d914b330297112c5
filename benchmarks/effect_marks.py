"""Score decompositions of forecasts by true effects: signs, sizes, sums, and changed cells.

Of columns that nearly copy each other only the sum can be right or wrong: they are scored together,
under the name of the one that acts.
"""

from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.marking import Scores
from imv_core import Explanation, IMVForecaster, OneForecast, Table
from imv_core.synthetic.effect_worlds import EffectWorld

TINY = 0.25  # in deviations of the noise: the sign of smaller contributions is not scored
WINDOWS = 4  # in which cells are changed
IDLE = 4  # cells without effect that are changed per window

Values = TypeVar("Values", pd.Series, pd.DataFrame)


def together(values: Values, world: EffectWorld) -> Values:
    """Add the rows of copies to that of their driver."""
    home = {other: driver for driver, *alike in world.groups for other in alike}
    names = [home.get(name, name) for name in values.index]
    return values.groupby(names, sort=False).sum()


def scores_together(scores: Scores, world: EffectWorld) -> Scores:
    """Add the scores of copies to those of their driver; a map of rows that sum to 1 stays."""
    variables, cells, rows = scores
    return Scores(
        None if variables is None else together(variables, world),
        None if cells is None else together(cells, world),
        rows,
    )


def noise_size(world: EffectWorld) -> float:
    """Return the standard deviation of the noise, in the target's unit."""
    return world.noise * float(world.frame[world.target].std())


def decomposition(explanation: Explanation) -> tuple[pd.DataFrame, "pd.Series[float]"]:
    """Return contributions to the forecast of the next row, W x variables, and the base."""
    detail = explanation.windows(slice(None))
    index = pd.Index(explanation.times[1])
    contribution = pd.DataFrame(detail.contribution[:, 0], index, list(explanation.variables))
    return contribution, pd.Series(detail.base[:, 0], index)


def sum_gap(
    contribution: pd.DataFrame, base: "pd.Series[float]", forecast: "pd.Series[float]"
) -> float:
    """Return the largest |base + contributions - forecast| over the spread of the forecasts."""
    gaps = (base + contribution.sum(axis=1)).to_numpy() - forecast.to_numpy()
    return float(np.abs(gaps).max() / forecast.std())


def contribution_marks(
    contribution: pd.DataFrame, truth: pd.DataFrame, world: EffectWorld
) -> dict[str, float]:
    """Compare contributions with the true ones, W x variables each.

    Returns:
        `signs`: share of correct signs where the true contribution is above `TINY`. Over the
        variables that act, `slope`: the factor to the true size that is farthest from 1, and
        `correlation`: the lowest one over the windows.
    """
    acting = list(world.lags)
    found = together(contribution.T, world).T[acting]
    true = together(truth.T, world).T[acting]
    counts = true.abs() > TINY * noise_size(world)
    right = (np.sign(found) == np.sign(true))[counts]
    slopes = (found * true).sum() / (true**2).sum()
    return {
        "signs": float(right.sum().sum() / counts.sum().sum()),
        "slope": float(slopes.iloc[(slopes - 1).abs().argmax()]),
        "correlation": float(found.corrwith(true).min()),
    }


def what_if_marks(
    forecaster: IMVForecaster, table: Table, world: EffectWorld, rows: NDArray[np.intp]
) -> dict[str, float]:
    """Change single cells by one deviation, and measure the change of the forecast.

    All cells with an effect are changed, the target's lag 1, and some cells without effect, in
    windows spread over the rows. Copies are changed together.

    Returns:
        `what_if_effect`: the mean |change - true effect| over the larger of effect and noise.
        `what_if_contribution`: the largest |change - change of the cell's contribution| over the
        largest of both changes and the noise; only where contributions split into lags.
    """
    rng = np.random.default_rng(0)
    noise, deviations = noise_size(world), world.frame.std()
    off_effect, off_contribution = [], []
    for row in rows[:: -(-len(rows) // WINDOWS)]:
        one = forecaster.explain_one(table, int(row))
        for name, lag in _cells(world, one, rng):
            steps = _steps(world, name, deviations)
            values = one.values.copy()
            values.iloc[-lag] += steps.reindex(values.columns, fill_value=0.0)
            other = forecaster.what_if(one, values)
            move = float(other.forecast[0] - one.forecast[0])
            true = float((steps * world.effects.loc[steps.index, lag]).sum())
            off_effect.append(abs(move - true) / max(abs(true), noise))
            before, after = one.contribution_at(1), other.contribution_at(1)
            if before is not None and after is not None:
                claimed = float((after - before).loc[steps.index, lag].sum())
                off_contribution.append(abs(move - claimed) / max(abs(move), abs(claimed), noise))
    found = {"what_if_effect": float(np.mean(off_effect))}
    return found | ({"what_if_contribution": max(off_contribution)} if off_contribution else {})


def _cells(world: EffectWorld, one: OneForecast, rng: np.random.Generator) -> list[tuple[str, int]]:
    """Return the cells to change, (variable, lag)."""
    acting = [(name, lag) for name, lags in world.lags.items() for lag in lags]
    if not world.has_contributions:  # the effect of time is measured on cells without effect
        return acting
    names = [name for name in one.variables if name not in world.neutral]
    idle = [(name, lag) for name in names for lag in one.lags if (name, lag) not in acting]
    chosen = [idle[place] for place in rng.choice(len(idle), IDLE, replace=False)]
    return list(dict.fromkeys([*acting, (world.target, 1), *chosen]))


def _steps(world: EffectWorld, name: str, deviations: "pd.Series[float]") -> "pd.Series[float]":
    """Return the change of each column: one deviation; a mirrored copy against its driver."""
    columns = [name, *world.copies.get(name, ())]
    signs: pd.Series[float] = np.sign(world.frame[columns].corr()[name])
    return deviations[columns] * signs
