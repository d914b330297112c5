"""The explanation of a whole part: importance of variables and lags, also through time."""

from collections.abc import Sequence
from io import StringIO

import streamlit as st

from dashboard import cached
from dashboard.controls.explained import choose_explained
from dashboard.controls.selection import choose_selection
from dashboard.keys import Keys
from dashboard.panels import explanation as panels
from dashboard.panels.subject import tell_account, tell_base
from dashboard.views.explain_time import by_calendar, over_time
from dashboard.views.failure import contained
from dashboard.views.lags import lags
from dashboard.views.opened import Opened, cautions, opened, scaling_of, show_verdict, tell
from dashboard.views.panel import beside, colours, show_panel
from imv_core import Explanation
from imv_core.objectives import OBJECTIVES

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
    with st.container(horizontal=True, vertical_alignment="top"):
        part = st.segmented_control(
            "Explain the forecasts of",
            PARTS,
            default="test",
            required=True,
            format_func=PARTS.__getitem__,
            key=Keys.EXPLAIN("part"),
            persist_state="session",
        )
        with st.container(width="content"):
            explains = choose_explained(scaling_of(open_)) if _has_choice(open_) else "forecast"
    explanation = cached.explanation_of(open_.run, part, explains)
    show_verdict(open_.run)
    left, right = beside("choices", 1, 1)
    with left:
        step = _step(open_)
    with right if open_.horizon > 1 else left:
        names = _names(explanation, step)
    left, right = beside("shares", 1, 1)
    with left:
        show_panel(
            "importance", panels.importance(explanation, open_.target, colours(), names, step)
        )
        tell(tell_base(scaling_of(open_)))
        tell(tell_account(explanation))
        cautions(open_)
    with right:
        if open_.horizon > 1:
            show_panel(
                "importance_by_step", panels.importance_by_step(explanation, colours(), names)
            )
        else:
            by_calendar(explanation, names)
    lags(open_, explanation, part, names, step)
    if open_.horizon > 1:
        by_calendar(explanation, names)
    over_time(open_, part, explanation, names)
    _download(open_, part, explanation)


def _has_choice(open_: Opened) -> bool:
    """Tell whether importance rests on contributions: only these include the last value."""
    objective = cached.forecaster(open_.run).settings.objective
    return not OBJECTIVES[objective].learns_densities


def _step(open_: Opened) -> int | None:
    """The step ahead that is explained; None: all together."""
    if open_.horizon == 1:
        return None
    steps: list[int | None] = [None, *range(1, open_.horizon + 1)]
    return st.selectbox(
        "What counts for the forecast of",
        steps,
        format_func=lambda step: "all steps together" if step is None else f"step {step} ahead",
        help="With attention over inputs every step has lags of its own: what counts one step "
        "ahead lies one lag nearer two steps ahead. Attention over states is shared by the steps.",
        key=Keys.EXPLAIN("lags-of-step", open_.run.path.name),
        persist_state="session",
    )


def _names(explanation: Explanation, step: int | None) -> Sequence[str]:
    """The variables to show; the page ends where there is none."""
    shares = explanation.variable_importance
    if step is not None:
        shares = explanation.importance_by_step.T[step]
    names = choose_selection(len(shares)).of(shares)
    if not names:
        st.info("No variable's name holds that text. Shorten it, or leave it empty.")
        st.stop()
    if len(names) < len(shares):
        st.caption(f"{len(names)} of {len(shares)} variables are shown.")
    return names


@contained()
def _download(open_: Opened, part: str, explanation: Explanation) -> None:
    rows = explanation.times.size * len(explanation.variables) * len(explanation.lags)
    if rows > MOST_ROWS:
        st.caption(
            f"All weights of this part are {rows:,} rows, too many for a page. In Python "
            "`forecaster.explain(table, part).frames()` gives them some windows at a time; in a "
            "shell `python -m imv_core explain RUN DATA -o FILE` writes them."
        )
        return
    ending = "" if explanation.explains == "forecast" else "_change"
    st.download_button(
        f"Every window's attention, weights and contributions to the {explanation.explains} "
        f"({rows:,} rows, CSV)",
        lambda: _csv(cached.explanation_of(open_.run, part, explanation.explains)),
        file_name=f"explanation_{part}{ending}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def _csv(explanation: Explanation) -> bytes:
    text = StringIO()
    explanation.write_csv(text)
    return text.getvalue().encode()
