"""Does the forecast move as importance says? Every variable put at its usual value, by what-if.

It asks as a visitor of the product does, one forecast and one change at a time, and so reads
neither the sums that importance is made of nor the windows of other checks: an account that is not
of the forecast cannot pass.
"""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import pandas as pd

from imv_core.explaining.explanation import Explanation
from imv_core.explaining.single_forecast import OneForecast
from imv_core.faithfulness.check import PASS, Check, agreement, judge, listed
from imv_core.tables.table import Table
from imv_core.windows.scaling import Scaling

QUESTIONS = 400  # in all
FEWEST, MOST = 4, 48  # windows
PASSES, CAUTIONS = 0.75, 0.5  # agreement over variables


class Asked(Protocol):
    """What answers, as an `IMVForecaster` does."""

    def explain_one(self, table: Table, row: int | None = None) -> OneForecast:
        """Explain one forecast."""

    def what_if(self, one: OneForecast, values: pd.DataFrame) -> OneForecast:
        """Forecast once more, from other values."""


def move(
    asked: Asked, table: Table, explanation: Explanation, on_step: Callable[[float], object]
) -> pd.DataFrame:
    """Shares of importance, and of how far the forecast moves, on the same few windows.

    Args:
        asked: the trained forecaster.
        table: that is explained.
        explanation: of the forecast.
        on_step: told the share that is done.

    Returns:
        Index variable; columns claimed, moved; each sums to 1. Variables that all but copy each
        other are moved together, and share what they move as they share importance.
    """
    explainer, names = explanation.explainer, explanation.variables
    grouped = [list(group) for group in explanation.groups]
    alone = [[name] for name in names if not any(name in group for group in grouped)]
    units = [*grouped, *alone]
    windows, usual = explainer.windows, _usual(explainer.scaling)
    count = int(np.clip(QUESTIONS // len(units), FEWEST, MOST))
    places = np.unique(np.linspace(0, len(windows) - 1, count).astype(int))
    moved = np.zeros((len(units), windows.horizon))
    for done, row in enumerate(windows.origins[places] + 1, start=1):
        one = asked.explain_one(table, int(row))
        for u, unit in enumerate(units):
            values = one.values.copy()
            for name in unit:
                values[name] = usual[name]
            moved[u] += np.abs(asked.what_if(one, values).forecast - one.forecast)
        on_step(done / len(places))
    totals = moved.sum(axis=0)
    by_unit = (moved / np.where(totals > 0, totals, 1.0)).mean(axis=1)
    credit = explanation.per_window.credit[places].sum(axis=0, dtype=float)
    claimed = pd.Series(credit / credit.sum(), list(names))
    shares = {}
    for unit, share in zip(units, by_unit, strict=True):
        whole = float(claimed[unit].sum())
        for name in unit:
            part = claimed[name] / whole if whole > 0 else 1 / len(unit)
            shares[name] = float(share * part)
    frame = pd.DataFrame({"claimed": claimed, "moved": pd.Series(shares)})
    return frame.loc[list(names)].rename_axis("variable")


def _usual(scaling: Scaling) -> dict[str, Any]:
    """A variable's median; of labels the one that is nearest to it."""
    usual: dict[str, Any] = dict(zip(scaling.variables, scaling.mean, strict=True))
    for name, codes in scaling.codes.items():
        median = float(scaling.mean[scaling.variables.index(name)])
        usual[name] = min(codes, key=lambda label: abs(codes[label] - median), default=None)
    return usual


def check(of: pd.DataFrame, learns_densities: bool) -> Check:
    """What importance says of a variable should be what moving it does.

    Args:
        of: what `move` found.
        learns_densities: whether importance rests on who explains the truth, and not on what moves
            the forecast.
    """
    claimed, moved = (of[name].to_numpy(float) for name in ("claimed", "moved"))
    common = agreement(claimed, moved)
    verdict = judge(common, PASSES, CAUTIONS)
    gap = pd.Series(moved - claimed, of.index)
    apart = "".join(
        f" {listed([str(name)])} makes {moved[place]:.0%} of the moves and holds "
        f"{claimed[place]:.0%} of the importance."
        for place, name in ((int(gap.argmax()), gap.idxmax()), (int(gap.argmin()), gap.idxmin()))
    )
    why = (
        " This importance tells which variable explains what came true, and not what moves the "
        "forecast."
        if learns_densities
        else ""
    )
    return Check(
        "moves",
        "Does the forecast move as the figure says?",
        verdict,
        f"With all of a variable at its usual value the forecast moves as importance says to "
        f"{common:.0%}.{apart + why if verdict != PASS else ''}",
        "the forecast moves as importance says"
        if verdict == PASS
        else f"the forecast moves as importance says to {common:.0%} only",
        f"Passes where shares of importance and of the forecast's moves have {PASSES:.0%} in "
        f"common; caution from {CAUTIONS:.0%} on. Where it fails, nothing else counts.",
        "the what-if of the page Explore",
    )
