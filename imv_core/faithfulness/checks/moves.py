"""Does the forecast move as importance says? Each variable is set to its usual value.

It uses the public what-if, one forecast and one change at a time. So it reads neither the sums
behind importance nor the windows of other checks: an explanation of anything but the forecast
cannot pass.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from imv_core.explaining.explanation import Explanation
from imv_core.faithfulness.check import (
    BY_VARIABLE,
    Check,
    CheckDefinition,
    CheckOutput,
    FrameSpec,
    Role,
    Verdict,
    judge,
)
from imv_core.faithfulness.statistics import agreement
from imv_core.faithfulness.subject import Forecasting, Step, Subject
from imv_core.model.objectives import OBJECTIVES
from imv_core.phrases import listed
from imv_core.tables.table import Table
from imv_core.windows.scaling import Scaling

QUESTIONS = 400  # what-ifs in all
FEWEST, MOST = 4, 48  # windows
PASSES, CAUTIONS = 0.75, 0.5  # agreement over variables
USUAL = Step("variables at their usual values", 10.0)


def run(subject: Subject) -> CheckOutput:
    """Ask the forecaster for the what-ifs."""
    explanation = subject.explanation
    on_step = subject.progress.begin(USUAL)
    found = move(subject.forecaster, subject.table, explanation, on_step)
    objective = OBJECTIVES[explanation.explainer.objective]
    return CheckOutput(check(found, objective.learns_densities), {BY_VARIABLE: found})


def move(
    forecaster: Forecasting,
    table: Table,
    explanation: Explanation,
    on_step: Callable[[float], object],
) -> pd.DataFrame:
    """Compute shares of importance and of the moves of the forecast, on the same windows.

    Args:
        forecaster: the trained model.
        table: with the explained forecasts.
        explanation: of the forecast.
        on_step: called with the share that is done.

    Returns:
        Index variable; columns claimed, moved; each sums to 1. Variables that all but copy each
        other are changed together; the move is split in proportion to their importance.
    """
    explainer, names = explanation.explainer, explanation.variables
    grouped = [list(group) for group in explanation.groups]
    alone = [[name] for name in names if not any(name in group for group in grouped)]
    units = [*grouped, *alone]  # the variables of a unit are changed together
    windows, usual = explainer.windows, _usual(explainer.scaling)
    count = int(np.clip(QUESTIONS // len(units), FEWEST, MOST))
    places = np.unique(np.linspace(0, len(windows) - 1, count).astype(int))
    moved = np.zeros((len(units), windows.horizon))
    for done, row in enumerate(windows.origins[places] + 1, start=1):
        one = forecaster.explain_one(table, int(row))
        for u, unit in enumerate(units):
            values = one.values.copy()
            for name in unit:
                values[name] = usual[name]
            moved[u] += np.abs(forecaster.what_if(one, values).forecast - one.forecast)
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
    """Return the median of each variable; of a variable of labels, the label nearest to it."""
    usual: dict[str, Any] = dict(zip(scaling.variables, scaling.mean, strict=True))
    for name, codes in scaling.codes.items():
        median = float(scaling.mean[scaling.variables.index(name)])
        usual[name] = min(codes, key=lambda label: abs(codes[label] - median), default=None)
    return usual


def check(shares: pd.DataFrame, learns_densities: bool) -> Check:
    """Judge whether the forecast moves as importance says.

    Args:
        shares: as `move` returns them.
        learns_densities: whether importance rests on the variable that explains the true value,
            and not on the moves of the forecast.
    """
    claimed, moved = (shares[name].to_numpy(float) for name in ("claimed", "moved"))
    common = agreement(claimed, moved)
    verdict = judge(common, PASSES, CAUTIONS)
    return DEFINITION.result(verdict, *_wording(verdict, common, shares, learns_densities))


def _wording(
    verdict: Verdict, common: float, shares: pd.DataFrame, learns_densities: bool
) -> tuple[str, str]:
    """Return the sentence and the reason."""
    sentence = (
        "With all of a variable at its usual value the forecast moves as importance says to "
        f"{common:.0%}."
    )
    if verdict == Verdict.PASS:
        return sentence, "the forecast moves as importance says"
    gap = (shares["moved"] - shares["claimed"]).to_numpy()
    for place in (gap.argmax(), gap.argmin()):
        row = shares.iloc[int(place)]
        sentence += (
            f" {listed([str(row.name)])} makes {row['moved']:.0%} of the moves and holds "
            f"{row['claimed']:.0%} of the importance."
        )
    if learns_densities:
        sentence += (
            " This importance tells which variable explains what came true, and not what moves "
            "the forecast."
        )
    return sentence, f"the forecast moves as importance says to {common:.0%} only"


DEFINITION = CheckDefinition(
    name="moves",
    question="Does the forecast move as the figure says?",
    rule="Passes where shares of importance and of the forecast's moves have "
    f"{PASSES:.0%} in common; caution from {CAUTIONS:.0%} on. Where it fails, nothing else counts.",
    source="the what-if of the page Explore",
    role=Role.DECISIVE,
    run=run,
    steps=(USUAL,),
    frames=(FrameSpec(BY_VARIABLE, ("claimed", "moved"), known=("claimed", "moved")),),
)
