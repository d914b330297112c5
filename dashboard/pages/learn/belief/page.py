"""Chapter 6: compare attention and attribution with the planted lags."""

import streamlit as st

from dashboard import session
from dashboard.pages.learn import models
from dashboard.pages.learn.belief import panels
from dashboard.pages.learn.chapter import ask_choice, choose_option, show_snippet, show_text
from dashboard.ui.figure_card import colours, show_panel
from imv_core.explaining.explanation import Explanation
from imv_core.faithfulness.checks.attribution import replace_values
from imv_core.faithfulness.held_out import HeldOut

READINGS = {"states": "tensor", "inputs": "inputs"}  # what attention lies over -> the model
WHY = {
    "states": "**Why?** The state at lag 1 remembers older inputs: attention on it may mean a "
    "value of lag 3. And the last state $h_T$ reaches the forecast beside the attended ones, "
    "whatever the attention. So $\\alpha$ is not the whole path from an input to the forecast.",
    "inputs": "**Why?** Here attention weighs the inputs themselves, and the forecast is read from "
    "what it weighs; the states only steer it. A value that gets no weight cannot add to the "
    "forecast. So both peak at the same lags: still something to check, not to take for granted.",
}


def belief() -> None:
    """Draw the chapter."""
    show_text("belief")
    reading = choose_option(
        "Attention over", {name: name for name in READINGS}, "states", "reading"
    )
    found = models.lags(READINGS[reading])
    panel = panels.lags(*found, models.LAGS, reading, colours())
    show_panel("belief-lags", panel)
    st.markdown(WHY[reading])
    st.markdown(
        "**And in real life?** There nothing was planted, but attribution can be measured all the "
        "same. It shows what *this model* does, not what the world does: so look at the model's "
        "errors first. For a model of yours, one page checks this and more: whether it beats "
        "forecasts without a model, whether its error grows where an important variable is "
        "shuffled, whether other seeds say the same, whether an untrained network would draw as "
        "much."
    )
    session.link("trust", "Open the page Trust", "verified")
    ask_choice(
        "belief",
        "With attention over states, the attention of $x_7$ is highest at lag 1. How far does the "
        "forecast move when the value of $x_7$ at lag 2 is replaced, beside that at lag 1?",
        ["Less far", "About as far", "About twice as far", "More than ten times as far"],
        "More than ten times as far",
        (
            "The forecast hangs on lag 2, where it was planted; the state at lag 1 remembers it.",
            'Choose "states" above. How far the forecast moves is attribution: compare its bars '
            "of $x_7$ at lags 1 and 2.",
        ),
    )
    show_snippet("belief", replace_values, HeldOut, Explanation)
