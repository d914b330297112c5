"""Verdicts in the words and signs of the pages: how good a forecast is, how true an explanation.

The decisions are those of `imv_core.forecasting.standing` and of the checks.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple

import pandas as pd

from dashboard.wording import number
from imv_core import Settings
from imv_core.faithfulness.check import OverallVerdict
from imv_core.faithfulness.check import Verdict as CheckVerdict
from imv_core.faithfulness.report import TrustReport
from imv_core.forecasting.standing import (
    MARGIN,
    RIVALS,
    Standing,
    best_naive,
    best_rival,
    judge,
    rivals_of,
)
from imv_core.model.cells import Cell

__all__ = ["MARGIN", "RIVALS", "best_rival"]


class Kind(StrEnum):
    """The kinds of verdicts, each with a colour and a sign."""

    GOOD = "good"
    EQUAL = "equal"
    CAUTION = "caution"
    UNFIT = "unfit"
    UNKNOWN = "unknown"


class Look(NamedTuple):
    """The look of a kind: each of icon, colour and sign is enough to recognise it."""

    icon: str  # of Material Symbols
    colour: Literal["green", "blue", "orange", "red", "gray"]
    sign: str  # in a report


LOOKS = {
    Kind.GOOD: Look("check_circle", "green", "✓"),
    Kind.EQUAL: Look("balance", "blue", "="),
    Kind.CAUTION: Look("warning", "orange", "⚠"),
    Kind.UNFIT: Look("block", "red", "✕"),
    Kind.UNKNOWN: Look("help", "gray", "?"),
}
OF_CHECK = {
    CheckVerdict.PASS: Kind.GOOD,
    CheckVerdict.CAUTION: Kind.CAUTION,
    CheckVerdict.FAIL: Kind.UNFIT,
    CheckVerdict.UNKNOWN: Kind.UNKNOWN,
}
OF_CHECKS = {
    OverallVerdict.RELY: Kind.GOOD,
    OverallVerdict.CAUTION: Kind.CAUTION,
    OverallVerdict.DO_NOT_RELY: Kind.UNFIT,
}


@dataclass(frozen=True)
class Verdict:
    """A verdict for a page; names of columns stand in the text as they are."""

    kind: Kind
    text: str


def verdict(scores: "pd.Series[float]", is_skilled: bool | None = None) -> Verdict:
    """Compare a model with simple forecasts of the same windows.

    Args:
        scores: of `IMVForecaster.score`.
        is_skilled: of the check "skill"; None: the model is not checked.
    """
    rmse, rivals = scores["rmse"], rivals_of(scores)
    best, lowest = best_rival(scores)
    standing, in_mae = judge(rmse, rivals, is_skilled), _in_mae(scores)
    if standing == Standing.NOTHING_LEARNT:
        return Verdict(Kind.UNFIT, _nothing_learnt(rmse, rivals))
    if standing == Standing.BEHIND:
        return Verdict(
            Kind.CAUTION,
            f"Caution: {RIVALS[best]} forecasts better (RMSE {number(lowest)} against "
            f"{number(rmse)}). The explanation tells what this model does, and a better "
            "model may rest on more.",
        )
    if standing == Standing.EQUAL:
        return Verdict(
            Kind.EQUAL,
            f"As good as the best simple forecast, {RIVALS[best]}: RMSE {number(rmse)} against "
            f"{number(lowest)}.{in_mae}",
        )
    return Verdict(
        Kind.EQUAL if in_mae else Kind.GOOD,
        f"Better than every simple forecast by RMSE: {number(rmse)}, {1 - rmse / lowest:.0%} "
        f"below {RIVALS[best]} ({number(lowest)}).{in_mae}",
    )


def _nothing_learnt(rmse: float, rivals: dict[str, float]) -> str:
    naive = best_naive(rivals)
    other, errors = rivals[naive], f"RMSE {number(rivals[naive])} against {number(rmse)}"
    found = f"{RIVALS[naive]} forecasts better ({errors})"
    if rmse <= other:
        found = f"it is not clearly better than a forecast that needs no model ({errors})"
    meaning = "What drives such forecasts then says little about the data."
    return f"Do not rely on it: {found}. {meaning}"


def of_checks(report: TrustReport) -> Verdict:
    """Return whether the explanation is true of its model."""
    return Verdict(OF_CHECKS[report.verdict], report.sentence)


def is_skilled(report: TrustReport | None) -> bool | None:
    """Return whether the checks found that something was learnt; None if there are none."""
    return None if report is None else report.check("skill").verdict != CheckVerdict.FAIL


def overall(scores: "pd.Series[float]", report: TrustReport | None) -> Verdict:
    """Return the first verdict of a page: that of the checks, and how good the forecast is.

    If the comparison with simple forecasts is a reason of the checks, it is not repeated.
    """
    by_scores = verdict(scores, is_skilled(report))
    if report is None:
        return by_scores
    found = of_checks(report)
    if "skill" in report.reasons:
        return found
    return Verdict(found.kind, f"{found.text} {by_scores.text}")


def _in_mae(scores: "pd.Series[float]") -> str:
    """Return a remark if the best forecast by mean absolute error is another; else empty."""
    rivals = rivals_of(scores, "mae")
    best = min(rivals, key=rivals.__getitem__)
    if scores["mae"] <= rivals[best]:
        return ""
    return (
        f" By mean absolute error {RIVALS[best]} is ahead: {number(rivals[best])} against "
        f"{number(scores['mae'])}."
    )


def score_table(scores: "pd.Series[float]") -> pd.DataFrame:
    """Return RMSE, MAE and RMSE relative to the model's, per forecast, the best first."""
    rows = {"IMV-LSTM": (scores["rmse"], scores["mae"])}
    maes = rivals_of(scores, "mae")
    rows |= {RIVALS[name]: (rmse, maes[name]) for name, rmse in rivals_of(scores).items()}
    frame = pd.DataFrame(rows, index=["RMSE", "MAE"]).T.rename_axis("forecast")
    frame["relative"] = frame["RMSE"] / scores["rmse"]
    return frame.sort_values("RMSE")


def cautions(settings: Settings, trust: TrustReport | None) -> list[str]:
    """Return what the importance of a model does not mean, from its settings and checks."""
    full = (
        "This model has the cell IMV-Full: its gates see all variables, so a variable's row "
        "has seen the others too, and its importance may be partly theirs."
    )
    redundant = "" if trust is None else trust.redundancy_sentence
    return [*([full] if settings.cell is Cell.FULL else []), *([redundant] if redundant else [])]
