"""What a check says: a figure judged by a stated rule, in a sentence."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from imv_core.arrays import Floats

PASS, CAUTION, FAIL, UNKNOWN = "pass", "caution", "fail", "unknown"


@dataclass(frozen=True)
class Check:
    """One check of an explanation.

    Args:
        name: of the check. title: the question that it answers.
        verdict: "pass", "caution", "fail"; "unknown" where it could not be told.
        sentence: what was found, for a layman. Names in it are as they are in the table.
        reason: the same in a clause, for the sentence over all checks.
        rule: what makes it pass, caution or fail.
        source: where the check comes from.
    """

    name: str
    title: str
    verdict: str
    sentence: str
    reason: str
    rule: str
    source: str


def judge(value: float, passes: float, cautions: float) -> str:
    """Pass from one bound on, caution from a lower one on, else fail."""
    return PASS if value >= passes else CAUTION if value >= cautions else FAIL


def agreement(first: Floats, second: Floats) -> float:
    """What two sets of shares have in common: 1 where they are alike, 0 where they never meet."""
    return float(np.minimum(shares(first), shares(second)).sum())


def shares(sizes: Floats) -> Floats:
    """As shares of their sum; evenly where all are 0."""
    total = sizes.sum()
    return sizes / total if total > 0 else np.full(sizes.shape, 1 / sizes.size)


def rank_correlation(first: "pd.Series[float]", second: "pd.Series[float]") -> float:
    """Kendall's tau; 1 of a single value, 0 where all of one side are alike."""
    tau = float(first.corr(second, method="kendall")) if len(first) > 1 else 1.0
    return tau if np.isfinite(tau) else 0.0


def above_uniform(sizes: Floats) -> NDArray[np.bool_]:
    """Which hold the uniform share of a row or more, but for rounding; the largest always does."""
    total = sizes.sum(axis=-1, keepdims=True)
    first = sizes == sizes.max(axis=-1, keepdims=True)
    above: NDArray[np.bool_] = (sizes >= (1 - 1e-9) * total / sizes.shape[-1]) | first
    return above


def by_lag(values: Floats, variables: tuple[str, ...]) -> pd.DataFrame:
    """Variables x lags 1..T, from (N, T) with the oldest first."""
    return pd.DataFrame(
        values[:, ::-1],
        index=pd.Index(variables, name="variable"),
        columns=pd.RangeIndex(1, values.shape[1] + 1, name="lag"),
    )


def listed(names: list[str], most: int = 3) -> str:
    """Names in a sentence: 'a', 'b' and 2 more."""
    rest = len(names) - most
    shown = [f"'{name}'" for name in names[:most]] + ([f"{rest} more"] if rest > 0 else [])
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))
