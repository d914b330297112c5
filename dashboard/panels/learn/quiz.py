"""The data of a quiz, and what a model says drives them."""

import pandas as pd

from dashboard.charts.importance import bars
from dashboard.charts.learn import quiz as charts
from dashboard.charts.look import Palette, enlarge
from dashboard.panels.panel import Panel
from imv_core.explanation import Explanation

SHOWN = 100  # rows, through time
DOTS = 150  # rows, as dots


def series(frame: pd.DataFrame, target: str, look: Palette) -> Panel:
    """The last rows through time."""
    last = frame.tail(SHOWN)
    return Panel(
        f"The last {SHOWN} of {len(frame)} rows of {target} and its {len(frame.columns) - 1} "
        "candidates",
        charts.lanes(last, target, look),
        lambda: last.reset_index(),
        "learn/quiz_data",
    )


def against_lag(frame: pd.DataFrame, target: str, lag: int, look: Palette) -> Panel:
    """The last rows of the target against each variable at a lag."""
    past = frame.drop(columns=target).shift(lag).tail(DOTS)
    actual = frame[target].tail(DOTS)
    scaled = (past - past.mean()) / past.std()
    return Panel(
        f"{target} (upwards) against each variable at lag {lag} (across), in deviations from the "
        f"mean, {DOTS} rows",
        charts.against(scaled, (actual - actual.mean()) / actual.std(), look),
        lambda: past.add_suffix(f"_lag_{lag}").assign(**{target: actual}).reset_index(),
        "learn/quiz_data",
    )


def importance(explanation: Explanation, look: Palette) -> Panel:
    """What the model leans on, the most important first."""
    shares = explanation.variable_importance.sort_values(ascending=False)
    uniform = explanation.uniform[0]
    figure = bars(shares, explanation.importance_range, uniform, look)
    return Panel(
        f"The model gives {shares.index[0]} {shares.iloc[0]:.0%} of the importance; alike, each "
        f"would have {uniform:.0%}",
        enlarge(figure, height=90 + 40 * len(shares)),
        lambda: explanation.summary.reset_index(),
        "learn/quiz_importance",
    )
