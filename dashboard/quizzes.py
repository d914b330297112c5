"""Data of the quiz of the page Learn, drawn from a number, and the models that explain them."""

from concurrent.futures import Future, ThreadPoolExecutor

import streamlit as st
import torch

from imv_core import Explanation, IMVForecaster, read_table
from imv_core.planted import WORLDS, PlantedWorld

ROWS = 600  # few, so that a model is trained in a moment
DRIVERS = 3  # in each world


@st.cache_resource(max_entries=32)
def world(level: str, number: int) -> PlantedWorld:
    """Data of the quiz, and its truth."""
    return WORLDS[level](ROWS, seed=number)


@st.cache_resource(max_entries=32)
def training(level: str, number: int) -> Future[tuple[Explanation, float]]:
    """A model of these data, trained apart from the page, which need not wait for it.

    What it says drives them, and the share of their variance that it explains, of the test part.
    """
    return _trainer().submit(_train, world(level, number))


@st.cache_resource
def _trainer() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, initializer=torch.set_num_threads, initargs=(1,))


def _train(drawn: PlantedWorld) -> tuple[Explanation, float]:
    table = read_table(drawn.frame, name="a quiz")
    forecaster = IMVForecaster("y", lookback=8, hidden_size=4, max_epochs=2, predict="level")
    explanation = forecaster.fit(table).explain(table)
    told = forecaster.forecast_of(explanation)
    left = (told["actual"] - told["forecast"]).pow(2).mean()
    return explanation, 1 - float(left / told["actual"].var(ddof=0))
