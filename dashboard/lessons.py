"""The series and small models of the page Learn: shipped with the project, each read once.

`sample_data/make_lessons.py` makes them.
"""

from concurrent.futures import Future, ThreadPoolExecutor

import pandas as pd
import streamlit as st
import torch

from dashboard.places import LESSONS, SAMPLES
from imv_core import Explanation, IMVForecaster, OneForecast, Table, read_table
from imv_core.anatomy.plain import PlainLSTM
from imv_core.faithfulness.attribution import replace_values
from imv_core.faithfulness.checks import by_lag
from imv_core.faithfulness.held_out import HeldOut
from imv_core.model import IMVLSTM
from imv_core.planted import WORLDS, PlantedWorld

LAGS = {"x2": 3, "x5": 7, "x7": 2}  # planted, in both series
CHANCES = {"x1": 0.0, "x2": 0.5, "x5": 0.3, "x7": 0.2}  # who makes a row of the relay
EPOCHS = 40  # of the training whose every epoch is kept
WINDOWS_ASKED = 200  # of the test part, whose values are replaced one by one
QUIZ_ROWS = 600  # few, so that a model is trained in a moment


@st.cache_resource
def relay() -> Table:
    """Each row is made by one of three drivers."""
    return read_table(LESSONS / "relay.csv")


@st.cache_resource
def chorus() -> Table:
    """Each row is the sum of all three."""
    return read_table(SAMPLES["Planted lags (three known drivers)"])


@st.cache_resource
def model(name: str) -> IMVForecaster:
    """A model by the name of its file."""
    return IMVForecaster.load(LESSONS / f"{name}.imv")


@st.cache_resource
def plain() -> PlainLSTM:
    """A plain LSTM of the relay, with as many hidden units."""
    return PlainLSTM.load(LESSONS / "plain_lstm.safetensors")


def network(name: str) -> IMVLSTM:
    """The network of a model."""
    return model(name).fitted.model.models[0]


def window(name: str, number: int) -> OneForecast:
    """A model's forecast of the relay from one window of the test part, the first being 1."""
    forecaster, table = model(name), relay()
    first = forecaster.fitted.split.rows(table.frame.index, "test").start
    return forecaster.explain_one(table, first + number - 1)


@st.cache_resource
def importance(name: str) -> "pd.Series[float]":
    """I of a model of the relay, over the test part."""
    return model(name).explain(relay()).variable_importance


@st.cache_resource
def lags(name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """T, and A in the unit of y, of a model of the relay: each variables x lags."""
    explanation = model(name).explain(relay())
    training = explanation.explained.windows.other("train")
    held = HeldOut(explanation.explained, training, most=WINDOWS_ASKED)
    _, moved = replace_values(held, lambda _: None)
    return explanation.temporal_importance, by_lag(moved.mean(axis=(0, 1)), explanation.variables)


@st.cache_resource(max_entries=32)
def quiz_world(level: str, number: int) -> PlantedWorld:
    """Data of the quiz, and its truth."""
    return WORLDS[level](QUIZ_ROWS, seed=number)


@st.cache_resource(max_entries=32)
def quiz_training(level: str, number: int) -> Future[tuple[Explanation, float]]:
    """A model of these data, trained apart from the page, which need not wait for it.

    What it says drives them, and the share of their variance that it explains, of the test part.
    """
    return _trainer().submit(_train, quiz_world(level, number))


@st.cache_resource
def _trainer() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, initializer=torch.set_num_threads, initargs=(1,))


def _train(world: PlantedWorld) -> tuple[Explanation, float]:
    table = read_table(world.frame, name="a quiz")
    forecaster = IMVForecaster("y", lookback=8, hidden_size=4, max_epochs=2, predict="level")
    explanation = forecaster.fit(table).explain(table)
    told = forecaster.forecast_of(explanation)
    left = (told["actual"] - told["forecast"]).pow(2).mean()
    return explanation, 1 - float(left / told["actual"].var(ddof=0))
