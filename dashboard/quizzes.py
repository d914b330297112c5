"""Data of the quiz of the page Learn, drawn from a number, and the models that explain them."""

from threading import Lock

import streamlit as st

from imv_core import Explanation, IMVForecaster, read_table
from imv_core.planted import WORLDS, PlantedWorld

ROWS = 600  # few, so that a model is trained in a moment
DRIVERS = 3  # in each world
_ONE_AT_A_TIME = Lock()  # a training's start is drawn from random numbers that all share


@st.cache_resource(max_entries=32)
def world(level: str, number: int) -> PlantedWorld:
    """Data of the quiz, and its truth."""
    return WORLDS[level](ROWS, seed=number)


@st.cache_resource(max_entries=32, show_spinner="Training a model on these data …")
def explained(level: str, number: int) -> tuple[Explanation, float]:
    """What a model says drives these data, and the share of their variance that it explains.

    Both of the test part.
    """
    table = read_table(world(level, number).frame, name="a quiz")
    forecaster = IMVForecaster("y", lookback=8, hidden_size=4, max_epochs=2, predict="level")
    with _ONE_AT_A_TIME:
        forecaster.fit(table)
    explanation = forecaster.explain(table)
    told = forecaster.forecast_of(explanation)
    left = (told["actual"] - told["forecast"]).pow(2).mean()
    return explanation, 1 - float(left / told["actual"].var(ddof=0))
