"""Accounts of a forecast marked against true effects: signs, sizes, sums, and single moved cells.

Of columns that nearly copy each other only the sum is a claim: they are marked together, under the
name of the one that acts.
"""

from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.marking import Scores
from imv_core import Explanation, IMVForecaster, OneForecast, Table
from imv_core.synthetic.effect_worlds import EffectWorld

TINY = 0.25  # of the noise's deviation: true contributions below have no sign worth marking
WINDOWS = 4  # whose cells are moved
IDLE = 4  # cells without effect that are moved in each

Values = TypeVar("Values", pd.Series, pd.DataFrame)


def together(values: Values, world: EffectWorld) -> Values:
    """Add the rows of copies to that of their driver."""
    home = {other: driver for driver, *alike in world.groups for other in alike}
    names = [home.get(name, name) for name in values.index]
    return values.groupby(names, sort=False).sum()


def scores_together(scores: Scores, world: EffectWorld) -> Scores:
    """The same of what an explanation says; a map of rows that sum to 1 each stays as it is."""
    variables, cells, rows = scores
    return Scores(
        None if variables is None else together(variables, world),
        None if cells is None else together(cells, world),
        rows,
    )


def noise_size(world: EffectWorld) -> float:
    """Standard deviation of what nobody can forecast, in the target's unit."""
    return world.noise * float(world.frame[world.target].std())


def account(explanation: Explanation) -> tuple[pd.DataFrame, "pd.Series[float]"]:
    """What each variable adds to the forecast of the next row, W x variables, and to what."""
    detail = explanation.windows(slice(None))
    index = pd.Index(explanation.times[1])
    contribution = pd.DataFrame(detail.contribution[:, 0], index, list(explanation.variables))
    return contribution, pd.Series(detail.base[:, 0], index)


def sum_gap(
    contribution: pd.DataFrame, base: "pd.Series[float]", forecast: "pd.Series[float]"
) -> float:
    """The largest |base + contributions - forecast| over the spread of the forecasts."""
    gaps = (base + contribution.sum(axis=1)).to_numpy() - forecast.to_numpy()
    return float(np.abs(gaps).max() / forecast.std())


def contribution_marks(
    contribution: pd.DataFrame, truth: pd.DataFrame, world: EffectWorld
) -> dict[str, float]:
    """How contributions compare with the true ones, W x variables each.

    Returns:
        `signs`, the share of right ones where the true contribution is above `TINY`; of the
        variables that act `slope`, the factor to the true size that is farthest from 1, and
        `correlation`, the lowest over the windows.
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
    """Move single cells by one deviation, and see how far the forecast moves.

    All cells that act are moved, the target's lag 1, and some that do not act, in windows all over
    the rows. Copies are moved together.

    Returns:
        `what_if_effect`, the mean |move - true effect| over the larger of the effect and the noise;
        `what_if_account`, the largest |move - change of the cell's own contribution| over the
        largest of the move, that change and the noise. The latter only where contributions split
        into lags.
    """
    rng = np.random.default_rng(0)
    noise, deviations = noise_size(world), world.frame.std()
    off_effect, off_account = [], []
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
                told = float((after - before).loc[steps.index, lag].sum())
                off_account.append(abs(move - told) / max(abs(move), abs(told), noise))
    found = {"what_if_effect": float(np.mean(off_effect))}
    return found | ({"what_if_account": max(off_account)} if off_account else {})


def _cells(world: EffectWorld, one: OneForecast, rng: np.random.Generator) -> list[tuple[str, int]]:
    """The cells that are moved, (variable, lag)."""
    acting = [(name, lag) for name, lags in world.lags.items() for lag in lags]
    if not world.has_contributions:  # what the clock adds is read from cells that do not act
        return acting
    names = [name for name in one.variables if name not in world.neutral]
    idle = [(name, lag) for name in names for lag in one.lags if (name, lag) not in acting]
    chosen = [idle[place] for place in rng.choice(len(idle), IDLE, replace=False)]
    return list(dict.fromkeys([*acting, (world.target, 1), *chosen]))


def _steps(world: EffectWorld, name: str, deviations: "pd.Series[float]") -> "pd.Series[float]":
    """How far columns are moved: one deviation, a mirror image against its driver."""
    columns = [name, *world.copies.get(name, ())]
    signs: pd.Series[float] = np.sign(world.frame[columns].corr()[name])
    return deviations[columns] * signs
