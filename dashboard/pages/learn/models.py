"""Series and small models of the page Learn, each read once.

`sample_data/make_lessons.py` makes them.
"""

from threading import Lock

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.paths import LESSONS, SAMPLES
from imv_core import Explanation, IMVForecaster, OneForecast, Table, read_table
from imv_core.arrays import by_lag
from imv_core.faithfulness.held_out import HeldOut
from imv_core.faithfulness.occlusion import replace_values
from imv_core.inspect.em_bound import blame
from imv_core.inspect.recurrences import PlainLSTM
from imv_core.model.imv_lstm import IMVLSTM
from imv_core.synthetic.worlds import ADDITIVE_LAGS, RELAY, WORLDS, PlantedWorld, additive_lags

LAGS = {name: lag for name, (lag, _) in RELAY.items()}  # planted lags, in both series
STRENGTHS = {name: strength for name, (_, strength) in ADDITIVE_LAGS.items()}  # of the chorus
# chance of each variable to make a row of the relay; x1 acts in neither series
CHANCES = {"x1": 0.0, **{name: chance for name, (_, chance) in RELAY.items()}}
EPOCHS = 40  # of the training whose every epoch is kept
ATTRIBUTED_WINDOWS = 200  # of the test part, for attribution


@st.cache_resource
def relay() -> Table:
    """Return the series in which each row is made by one of three drivers."""
    return read_table(LESSONS / "relay.csv")


@st.cache_resource
def chorus() -> Table:
    """Return the series in which each row is the sum of three drivers."""
    return read_table(SAMPLES["Planted lags (three known drivers)"])


@st.cache_resource
def model(name: str) -> IMVForecaster:
    """Return a model by the name of its file."""
    return IMVForecaster.load(LESSONS / f"{name}.imv")


@st.cache_resource
def plain_lstm() -> PlainLSTM:
    """Return a plain LSTM of the relay with as many hidden units."""
    return PlainLSTM.load(LESSONS / "plain_lstm.safetensors")


def network(name: str) -> IMVLSTM:
    """Return the network of a model."""
    return model(name).fitted.model.models[0]


def window(name: str, number: int) -> OneForecast:
    """Return a model's forecast of the relay from one window of the test part, from 1."""
    forecaster, table = model(name), relay()
    first = forecaster.fitted.split.rows(table.frame.index, "test").start
    return forecaster.explain_one(table, first + number - 1)


def series(name: str) -> Table:
    """Return the series that a model was trained on."""
    return chorus() if name.startswith("chorus_") else relay()


@st.cache_resource
def importance(name: str) -> "pd.Series[float]":
    """Return I of a model, over the test part of its series."""
    return model(name).explain(series(name)).variable_importance


@st.cache_resource
def score(name: str) -> "pd.Series[float]":
    """Return the errors of a model and of simple forecasts over the test part of its series."""
    return model(name).score(series(name))


@st.cache_resource
def forecasts(name: str) -> pd.DataFrame:
    """Return a model's forecasts over the test part of its series, with the true values."""
    return model(name).predict(series(name))


@st.cache_resource
def noise_of_chorus() -> float:
    """Return the error of the noise alone in the chorus, in the target's unit."""
    world = additive_lags()
    return world.noise * float(world.frame[world.target].std())


@st.cache_resource
def blame_by_epoch() -> pd.DataFrame:
    """Return the training of the model "tensor": index epochs; nll, bound, and I by variable."""
    rows, importance = {}, np.full(len(CHANCES), 1 / len(CHANCES))
    for epoch in range(1, EPOCHS + 1):
        of_epoch = blame(model(f"epochs/{epoch:02}"), relay(), "train", importance)
        importance = of_epoch.importance  # in the loss of the next
        shares = dict(zip(CHANCES, importance.tolist(), strict=True))
        rows[epoch] = {"nll": of_epoch.nll, "bound": of_epoch.bound, **shares}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("epoch")


@st.cache_resource
def lags(name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return T, and A in the unit of y, of a model of the relay: each variables x lags."""
    explanation = model(name).explain(relay())
    training = explanation.explainer.windows.for_part("train")
    held_out = HeldOut(explanation.explainer, training, most=ATTRIBUTED_WINDOWS)
    _, moved = replace_values(held_out, lambda _: None)
    return explanation.temporal_importance, by_lag(moved.mean(axis=(0, 1)), explanation.variables)


ROWS = 600  # few, so that a model is trained in a moment
DRIVERS = 3  # in each world
_TRAINING_LOCK = Lock()  # a training starts from torch's random numbers, which all share


@st.cache_resource(max_entries=32)
def world(level: str, number: int) -> PlantedWorld:
    """Return the data of a quiz, and the truth about them."""
    return WORLDS[level](ROWS, seed=number)


@st.cache_resource(max_entries=32, show_spinner="Training a model on these data …")
def explain_world(level: str, number: int) -> tuple[Explanation, float]:
    """Train a model on the data of a quiz; return its explanation and its explained variance.

    Both are of the test part; the variance is a share from 0 to 1.
    """
    table = read_table(world(level, number).frame, name="a quiz")
    forecaster = IMVForecaster("y", lookback=8, hidden_size=4, max_epochs=2, predict="level")
    with _TRAINING_LOCK:
        forecaster.fit(table)
    explanation = forecaster.explain(table)
    forecasts = forecaster.forecast_of(explanation)
    left = (forecasts["actual"] - forecasts["forecast"]).pow(2).mean()
    return explanation, 1 - float(left / forecasts["actual"].var(ddof=0))
