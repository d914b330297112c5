"""The explanation of a whole part: importance, attention, and both through time."""

from io import StringIO

import pandas as pd
import streamlit as st

from dashboard import cached
from dashboard.charts import importance
from dashboard.verdict import verdict
from dashboard.views.figures import cautions, joint_map, leader, temporal_map, whiskers
from dashboard.views.opened import Opened, opened
from dashboard.views.panel import beside, colours, panel, show
from dashboard.words import plain
from imv_core import Explanation

PARTS = {
    "test": "test part",
    "validation": "validation part",
    "train": "training part",
    "all": "all rows",
}
MOST_ROWS = 4_000_000  # of the CSV with everything
BLOCKS = 120  # stretches of time in the picture over time


def page() -> None:
    """Explanations of the open model."""
    open_ = opened("Explain")
    st.title("Explain")
    part = st.segmented_control(
        "Explain the forecasts of",
        PARTS,
        default="test",
        required=True,
        format_func=PARTS.__getitem__,
        key="part",
        persist_state="session",
    )
    explanation = cached.explanation(open_.run, part)
    show(verdict(cached.scores(open_.run, "test", 0.9)))
    cautions(open_, explanation)
    left, right = beside("shares", 1, 1)
    with left:
        _importance(open_, explanation)
    with right:
        _over_time(explanation)
    step = _step(open_)
    left, right = beside("lags", 1, 1)
    with left:
        temporal_map(open_, explanation, step=step)
    with right:
        joint_map(open_, explanation, step=step)
    _download(open_, part, explanation)


def _step(open_: Opened) -> int | None:
    """The step ahead whose lags are shown; None: all together."""
    if open_.horizon == 1:
        return None
    return st.selectbox(
        "Lags that count for the forecast of",
        [None, *range(1, open_.horizon + 1)],
        format_func=lambda step: "all steps together" if step is None else f"step {step} ahead",
        help="Attention over inputs has lags of its own for every step: what counts one step "
        "ahead lies one lag nearer two steps ahead. Attention over states is shared by the steps.",
        key=f"lags-of-step-{open_.run.path.name}",
    )


def _importance(open_: Opened, explanation: Explanation) -> None:
    spread, over = whiskers(explanation)
    panel(
        "importance",
        leader(explanation, open_.target),
        importance.bars(
            explanation.variable_importance,
            spread,
            explanation.uniform[0],
            colours(),
            explanation.prior_importance if explanation.rests_on == "posterior" else None,
            over,
        ),
        explanation.summary.reset_index(),
        "importance",
    )


def _over_time(explanation: Explanation) -> None:
    weights, what = explanation.credits, "importance"
    if explanation.rests_on != "contribution":  # the prior, known before what came true
        weights, what = explanation.weights, "weight"
    size = -(-len(weights) // BLOCKS)
    groups = pd.RangeIndex(len(weights)) // size
    blocks = weights.groupby(groups).mean().set_axis(weights.index[::size], axis=0)
    swing = blocks.max() - blocks.min()
    panel(
        "importance_over_time",
        f"Over time the {what} of {plain(str(swing.idxmax()))} moves most: "
        f"{blocks[swing.idxmax()].min():.0%} to {blocks[swing.idxmax()].max():.0%}",
        importance.over_time(blocks, colours(), what=what),
        blocks.rename_axis("time")
        .rename_axis("variable", axis=1)
        .stack()
        .rename(what)
        .reset_index(),
        "over_time",
    )


def _download(open_: Opened, part: str, explanation: Explanation) -> None:
    rows = explanation.times.size * len(explanation.variables) * len(explanation.lags)
    if rows > MOST_ROWS:
        st.caption(
            f"All weights of this part are {rows:,} rows, too many for a page. In Python "
            "`forecaster.explain(table, part).frames()` gives them some windows at a time; in a "
            "shell `python -m imv_core explain RUN DATA -o FILE` writes them."
        )
        return
    st.download_button(
        f"Every window's attention, weights and contributions ({rows:,} rows, CSV)",
        lambda: _csv(cached.explanation(open_.run, part)),
        file_name=f"explanation_{part}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def _csv(explanation: Explanation) -> bytes:
    text = StringIO()
    explanation.write_csv(text)
    return text.getvalue().encode()
