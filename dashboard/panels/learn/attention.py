"""Attention before and after somebody touched a score."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dashboard.charts.importance import heatmap
from dashboard.charts.learn import attention as charts
from dashboard.charts.learn.states import framed
from dashboard.charts.look import Palette, enlarge
from dashboard.panels.panel import Panel
from imv_core.anatomy.attending import Attending, tanh_cap
from imv_core.scaling import Floats


@dataclass(frozen=True, eq=False)
class Touched:
    """A forecast as the network makes it, and as it would with other scores."""

    before: Attending
    after: Attending
    names: Sequence[str]  # of the variables
    variable: int  # chosen, from 0
    lag: int  # chosen, from 1
    base: float  # of the forecast, and
    unit: float  # of a scaled one, both in the target's unit

    @property
    def name(self) -> str:
        """Of the chosen variable."""
        return self.names[self.variable]

    @property
    def lags(self) -> list[int]:
        """T to 1, as the arrays have them."""
        return list(range(self.before.alpha.shape[1], 0, -1))

    @property
    def forecasts(self) -> tuple[float, float]:
        """Before and after, in the target's unit."""
        before, after = (self.base + a.forecast * self.unit for a in (self.before, self.after))
        return before, after

    @property
    def means(self) -> tuple[Floats, Floats]:
        """What every variable alone would forecast, before and after, in the target's unit."""
        before, after = (self.base + a.mean * self.unit for a in (self.before, self.after))
        return before, after


def scores(touched: Touched, look: Palette) -> Panel:
    """Of the chosen variable, over its lags."""
    before, after = (a.scores[touched.variable] for a in (touched.before, touched.after))
    old, new = before[-touched.lag], after[-touched.lag]
    return Panel(
        f"{touched.name} scores lag {touched.lag} with {new:.2f}"
        + (f", {old:.2f} in the trained network" if f"{old:.2f}" != f"{new:.2f}" else ""),
        charts.pairs(
            [str(lag) for lag in touched.lags], (before, after), "score", look, at=charts.LAG
        ),
        lambda: pd.DataFrame({"lag": touched.lags, "before": before, "after": after}),
        "learn/attention_scores",
    )


def alpha(touched: Touched, look: Palette) -> Panel:
    """The weights of all lags of all variables, after."""
    old, new = (a.alpha[touched.variable, -touched.lag] for a in (touched.before, touched.after))
    names, T = touched.names, len(touched.lags)
    shares = pd.DataFrame(touched.after.alpha, index=list(names), columns=touched.lags)
    shares = shares[range(1, T + 1)]
    figure = heatmap(shares, 1 / T, look, "weight", "").update_xaxes(title=charts.LAG)
    top = figure.data[0].zmax
    figure.update_traces(colorbar_ticktext=["0", f"1/{T} uniform", f"{top:.0%}"])
    figure = enlarge(figure, height=charts.HEIGHT)
    return Panel(
        f"{new:.1%} of the weight of {touched.name} lies on lag {touched.lag}" + _before(old, new),
        framed(figure, (touched.variable, touched.variable + 1), touched.lag, look),
        lambda: _alpha(touched),
        "learn/attention",
    )


def variables(touched: Touched, look: Palette) -> Panel:
    """The weights of the variables."""
    before, after = touched.before.pi, touched.after.pi
    old, new = before[touched.variable], after[touched.variable]
    return Panel(
        f"Weights over variables: {touched.name} has {new:.1%}{_before(old, new)}",
        charts.pairs(touched.names, (before, after), "weight π", look, 1 / len(before)),
        lambda: pd.DataFrame({"variable": touched.names, "before": before, "after": after}),
        "learn/attention_variables",
    )


def forecast(touched: Touched, target: str, look: Palette) -> Panel:
    """What every variable says, and what becomes of it."""
    before, after = touched.forecasts
    means, others = touched.means
    return Panel(
        f"The forecast of {target} is {before:.1f}"
        + (f", and {after:.1f} with your changes" if f"{before:.1f}" != f"{after:.1f}" else ""),
        charts.forecasts(touched.names, (means, before), (others, after), target, look),
        lambda: pd.DataFrame({"variable": touched.names, "before": means, "after": others}),
        "learn/attention_forecast",
    )


def cap(touched: Touched, look: Palette) -> Panel:
    """How large a weight may become with tanh, and how large the largest ones are."""
    over_time, over_variables = touched.after.alpha[touched.variable], touched.after.pi
    now = {
        f"lags of {touched.name}": (len(over_time), float(over_time.max())),
        "variables": (len(over_variables), float(over_variables.max())),
    }
    limits = " and ".join(
        f"{tanh_cap(count):.0%} for one of {count} {what.split()[0]} (now {largest:.0%})"
        for what, (count, largest) in now.items()
    )
    return Panel(
        f"With tanh a weight is at most {limits}",
        charts.cap(now, look),
        _cap,
        "learn/attention_cap",
    )


def _before(old: float, new: float) -> str:
    return f", {old:.1%} in the trained network" if f"{old:.1%}" != f"{new:.1%}" else ""


def _alpha(touched: Touched) -> pd.DataFrame:
    N, T = touched.after.alpha.shape
    return pd.DataFrame(
        {
            "variable": np.repeat(list(touched.names), T),
            "lag": np.tile(touched.lags, N),
            "before": touched.before.alpha.ravel(),
            "after": touched.after.alpha.ravel(),
        }
    )


def _cap() -> pd.DataFrame:
    choices = np.arange(1, charts.MOST_CHOICES + 1)
    return pd.DataFrame({"choices": choices, "largest": tanh_cap(choices), "uniform": 1 / choices})
