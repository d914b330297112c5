"""The explanation of a whole part: importance, attention, and both through time."""

from io import StringIO

import streamlit as st

from dashboard import cached
from dashboard.panels import explanation as panels
from dashboard.verdict import verdict
from dashboard.views.opened import Opened, cautions, opened
from dashboard.views.panel import beside, colours, show, show_panel
from imv_core import Explanation

PARTS = {
    "test": "test part",
    "validation": "validation part",
    "train": "training part",
    "all": "all rows",
}
MOST_ROWS = 4_000_000  # of the CSV with everything


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
    cautions(open_)
    left, right = beside("shares", 1, 1)
    with left:
        show_panel("importance", panels.importance(explanation, open_.target, colours()))
    with right:
        show_panel("importance_over_time", panels.over_time(explanation, colours()))
    step = _step(open_)
    left, right = beside("lags", 1, 1)
    with left:
        show_panel(
            "temporal_importance",
            panels.temporal_map(explanation, open_.step, colours(), step=step),
        )
    with right:
        show_panel(
            "joint_importance", panels.joint_map(explanation, open_.step, colours(), step=step)
        )
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
