"""Importance by the calendar and through time, each redrawn alone when its controls move."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.controls.stretch import choose_stretch
from dashboard.keys import Keys
from dashboard.panels import over_time as panels
from dashboard.panels.calendar import groupings
from dashboard.views.failure import contained
from dashboard.views.opened import Opened
from dashboard.views.panel import beside, colours, show_panel
from imv_core import Explanation

FORMS = {False: "Areas", True: "Heatmap"}


@st.fragment
@contained()
def by_calendar(explanation: Explanation, names: Sequence[str]) -> None:
    """Importance by hour, weekday or month; nothing where the times cannot tell."""
    known = list(groupings(pd.Index(explanation.times[1])))
    if not known:
        return
    group = st.segmented_control(
        "Importance by",
        known,
        default=known[0],
        required=True,
        key=Keys.EXPLAIN("group"),
        persist_state="session",
    )
    show_panel("importance_by_calendar", panels.by_calendar(explanation, group, colours(), names))


@st.fragment
@contained()
def over_time(open_: Opened, part: str, explanation: Explanation, names: Sequence[str]) -> None:
    """Importance through time, down to single windows."""
    times = pd.Index(explanation.times[1])
    left, right = beside("over-time", 3, 1)
    within = slice(None)
    if len(times) > panels.SINGLE:
        with left:
            within = choose_stretch(
                f"Importance through time: the stretch that is drawn, of {len(times):,} windows",
                times,
                Keys.EXPLAIN("stretch", part, open_.run.path.name),
                f"Up to {panels.SINGLE} windows are drawn one by one; of more, the means of "
                "consecutive stretches.",
            )
    with right:
        as_map = st.segmented_control(
            "Drawn as",
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
