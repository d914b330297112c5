"""What is explained: the forecast or its change, one choice for the pages Explain and Explore."""

import streamlit as st

from dashboard import state
from dashboard.keys import Keys
from imv_core.scaling import Scaling

SUBJECTS = {"forecast": "Of the forecast", "change": "Of the change"}
CHOSEN, SWITCH = Keys.SHARED("explained-chosen"), Keys.SHARED("explained")


def choose_explained(scaling: Scaling) -> str:
    """Ask, where the last value counts as an input: else both are the same."""
    if scaling.anchor is None:
        return "forecast"
    now = state.get(CHOSEN, "forecast")
    state.put(SWITCH, now)
    chosen = st.segmented_control(
        "Explanation",
        SUBJECTS,
        required=True,
        format_func=SUBJECTS.__getitem__,
        help="This model forecasts the change of the target and adds it to the last value. Of the "
        "forecast, that value counts as the target's own past at lag 1. Of the change, it is left "
        "out: what moves the forecast from there?",
        key=SWITCH,
        on_change=lambda: state.put(CHOSEN, state.get(SWITCH)),
    )
    return chosen or now
