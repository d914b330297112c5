"""Is the forecast any good? In a sentence, from the scores of the model and of its rivals."""

from dataclasses import dataclass

import pandas as pd

from dashboard.wording import number
from imv_core import Settings
from imv_core.faithfulness.report import TrustReport

RIVALS = {
    "persistence": "repeating the last value",
    "seasonal_naive": "repeating the value of one season before",
    "ridge": "ridge regression on the same lags",
}
MARGIN = 0.02  # of the error; closer than that is called equal
KINDS = {"rely": "good", "caution": "caution", "do not rely": "unfit"}


@dataclass(frozen=True)
class Verdict:
    """`kind` is "good", "equal", "caution" or "unfit"; the text may hold names as they are."""

    kind: str
    text: str


def best_rival(scores: "pd.Series[float]") -> tuple[str, float]:
    """The best simple forecast by RMSE, and its RMSE."""
    rivals = {name: scores[f"{name}_rmse"] for name in RIVALS if f"{name}_rmse" in scores}
    best = min(rivals, key=rivals.__getitem__)
    return best, rivals[best]


def verdict(scores: "pd.Series[float]") -> Verdict:
    """Compare a model's RMSE with that of its best rival on the same windows."""
    best, lowest = best_rival(scores)
    ratio = scores["rmse"] / lowest
    if scores["rmse"] > scores["persistence_rmse"]:
        return Verdict(
            "unfit",
            f"Do not rely on it: {RIVALS['persistence']} forecasts better "
            f"(RMSE {number(scores['persistence_rmse'])} against {number(scores['rmse'])}). "
            "What drives such forecasts then says little about the data.",
        )
    if ratio > 1 + MARGIN:
        return Verdict(
            "caution",
            f"Caution: {RIVALS[best]} forecasts better (RMSE {number(lowest)} against "
            f"{number(scores['rmse'])}). The explanation tells what this model does, and a better "
            "model may rest on more.",
        )
    if ratio > 1 - MARGIN:
        return Verdict(
            "equal",
            f"As good as the best simple forecast, {RIVALS[best]}: RMSE {number(scores['rmse'])} "
            f"against {number(lowest)}.{_in_mae(scores)}",
        )
    other = _in_mae(scores)
    return Verdict(
        "equal" if other else "good",
        f"Better than every simple forecast by RMSE: {number(scores['rmse'])}, {1 - ratio:.0%} "
        f"below {RIVALS[best]} ({number(lowest)}).{other}",
    )


def of_checks(report: TrustReport) -> Verdict:
    """Whether the explanation is true of its model; names of columns stand in it as they are."""
    return Verdict(KINDS[report.verdict], report.sentence)


def overall(scores: "pd.Series[float]", report: TrustReport | None) -> Verdict:
    """What a page says first: the checks, where there are some, and how good the forecast is.

    A comparison with simple forecasts that is among the reasons of the checks is not made twice.
    """
    by_scores = verdict(scores)
    if report is None:
        return by_scores
    found = of_checks(report)
    reasons = [check.reason for check in report.checks if check.name == "skill"]
    if any(reason in found.text for reason in reasons):
        return found
    return Verdict(found.kind, f"{found.text} {by_scores.text}")


def _in_mae(scores: "pd.Series[float]") -> str:
    """What the mean absolute error says, where it says otherwise."""
    rivals = {name: scores[f"{name}_mae"] for name in RIVALS if f"{name}_mae" in scores}
    best = min(rivals, key=rivals.__getitem__)
    if scores["mae"] <= rivals[best]:
        return ""
    return (
        f" By mean absolute error {RIVALS[best]} is ahead: {number(rivals[best])} against "
        f"{number(scores['mae'])}."
    )


def score_table(scores: "pd.Series[float]") -> pd.DataFrame:
    """RMSE, MAE, and RMSE relative to the model's, a row for it and each rival, best first."""
    rows = {"IMV-LSTM": (scores["rmse"], scores["mae"])}
    for name, words in RIVALS.items():
        if f"{name}_rmse" in scores:
            rows[words] = (scores[f"{name}_rmse"], scores[f"{name}_mae"])
    frame = pd.DataFrame(rows, index=["RMSE", "MAE"]).T.rename_axis("forecast")
    frame["relative"] = frame["RMSE"] / scores["rmse"]
    return frame.sort_values("RMSE")


def cautions(settings: Settings, trust: TrustReport | None) -> list[str]:
    """What the importance of a model with these settings and checks does not mean, as text."""
    full = (
        "This model has the cell IMV-Full: its gates see all variables, so a variable's row "
        "has seen the others too, and its importance may be partly theirs."
    )
    redundant = "" if trust is None else trust.redundancy_sentence
    return [*([full] if settings.cell == "full" else []), *([redundant] if redundant else [])]
