"""The page Explain: importance of variables and lags over a part of the data."""

from collections.abc import Sequence
from io import StringIO

import pandas as pd
import streamlit as st

from dashboard import cache
from dashboard.pages.explain import panels
from dashboard.pages.explain.lag_map.page import show_lags
from dashboard.pages.open_model import (
    OpenModel,
    require_model,
    scaling_of,
    show_cautions,
    show_note,
    show_run_verdict,
)
from dashboard.session_keys import Keys
from dashboard.ui.choices import choose_range, choose_selection, choose_subject
from dashboard.ui.failure import contain_failures
from dashboard.ui.figure_card import colours, columns_side_by_side, show_panel
from dashboard.ui.times import calendar_groups
from dashboard.ui.titles import base_note, contribution_note
from imv_core import Explanation
from imv_core.model.decomposition import Explained
from imv_core.model.objectives import OBJECTIVES

PARTS = {
    "test": "test part",
    "validation": "validation part",
    "train": "training part",
    "all": "all rows",
}
FORMS = {False: "Areas", True: "Heatmap"}
MOST_ROWS = 4_000_000  # of the CSV file with the details of all windows


@st.fragment
@contain_failures()
def show_by_calendar(explanation: Explanation, names: Sequence[str]) -> None:
    """Show importance by hour, weekday or month; show nothing if the times form no groups."""
    groupings = list(calendar_groups(pd.Index(explanation.times[1])))
    if not groupings:
        return
    group = st.segmented_control(
        "Importance by",
        groupings,
        default=groupings[0],
        required=True,
        key=Keys.EXPLAIN("group"),
        persist_state="session",
    )
    show_panel("importance_by_calendar", panels.by_calendar(explanation, group, colours(), names))


@st.fragment
@contain_failures()
def show_over_time(
    model: OpenModel, part: str, explanation: Explanation, names: Sequence[str]
) -> None:
    """Show importance over time, per window where the range is short."""
    times = pd.Index(explanation.times[1])
    left, right = columns_side_by_side("over-time", 3, 1)
    within = slice(None)
    if len(times) > panels.MOST_SINGLE:
        with left:
            within = choose_range(
                f"Importance over time: range to draw, of {len(times):,} windows",
                times,
                Keys.EXPLAIN("stretch", part, model.run.path.name),
                f"Up to {panels.MOST_SINGLE} windows are drawn one by one; of a longer range, "
                "means of consecutive periods are drawn.",
            )
    with right:
        as_map = st.segmented_control(
            "Draw as",
            FORMS,
            default=False,
            required=True,
            format_func=FORMS.__getitem__,
            key=Keys.EXPLAIN("form"),
            persist_state="session",
        )
    show_panel(
        "importance_over_time",
        panels.over_time(explanation, colours(), names, within, as_map),
    )


def page() -> None:
    """Draw the page."""
    model = require_model("Explain")
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
            explains = (
                choose_subject(scaling_of(model)) if _rests_on_contributions(model) else "forecast"
            )
    explanation = cache.explanation_of(model.run, part, explains)
    show_run_verdict(model.run)
    left, right = columns_side_by_side("choices", 1, 1)
    with left:
        step = _choose_step(model)
    with right if model.horizon > 1 else left:
        names = _choose_names(explanation, step)
    left, right = columns_side_by_side("shares", 1, 1)
    with left:
        show_panel(
            "importance", panels.importance(explanation, model.target, colours(), names, step)
        )
        show_note(base_note(scaling_of(model)))
        show_note(contribution_note(explanation))
        show_cautions(model)
    with right:
        if model.horizon > 1:
            show_panel(
                "importance_by_step", panels.importance_by_step(explanation, colours(), names)
            )
        else:
            show_by_calendar(explanation, names)
    show_lags(model, explanation, part, names, step)
    if model.horizon > 1:
        show_by_calendar(explanation, names)
    show_over_time(model, part, explanation, names)
    _offer_download(model, part, explanation)


def _rests_on_contributions(model: OpenModel) -> bool:
    """Return whether importance rests on contributions: else there is no subject to choose."""
    objective = cache.forecaster(model.run).settings.objective
    return not OBJECTIVES[objective].learns_densities


def _choose_step(model: OpenModel) -> int | None:
    """Offer the steps ahead, and return the chosen one; None: all steps together."""
    if model.horizon == 1:
        return None
    steps: list[int | None] = [None, *range(1, model.horizon + 1)]
    return st.selectbox(
        "Forecast step",
        steps,
        format_func=lambda step: "all steps together" if step is None else f"step {step} ahead",
        help="With attention over inputs each step has lags of its own: an effect at lag 3 one "
        "step ahead is at lag 2 two steps ahead. With attention over states all steps share their "
        "lags.",
        key=Keys.EXPLAIN("lags-of-step", model.run.path.name),
        persist_state="session",
    )


def _choose_names(explanation: Explanation, step: int | None) -> Sequence[str]:
    """Offer the variables, and return the chosen ones; where there is none, draw no more."""
    shares = explanation.variable_importance
    if step is not None:
        shares = explanation.importance_by_step.T[step]
    names = choose_selection(len(shares)).names(shares)
    if not names:
        st.info("No variable name contains this text. Shorten the text or clear it.")
        st.stop()
    if len(names) < len(shares):
        st.caption(f"{len(names)} of {len(shares)} variables are shown.")
    return names


@contain_failures()
def _offer_download(model: OpenModel, part: str, explanation: Explanation) -> None:
    rows = explanation.times.size * len(explanation.variables) * len(explanation.lags)
    if rows > MOST_ROWS:
        st.caption(
            f"All weights of this part are {rows:,} rows, too many for a page. In Python "
            "`forecaster.explain(table, part).frames()` gives them some windows at a time; in a "
            "shell `python -m imv_core explain RUN DATA -o FILE` writes them."
        )
        return
    ending = "" if explanation.explains is Explained.FORECAST else "_change"
    st.download_button(
        f"Every window's attention, weights and contributions to the {explanation.explains} "
        f"({rows:,} rows, CSV)",
        lambda: _csv(cache.explanation_of(model.run, part, explanation.explains)),
        file_name=f"explanation_{part}{ending}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def _csv(explanation: Explanation) -> bytes:
    text = StringIO()
    explanation.write_csv(text)
    return text.getvalue().encode()
