"""The series and small models of the page Learn: shipped with the project, each read once.

`sample_data/make_lessons.py` makes them.
"""

from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pandas as pd
import streamlit as st
import torch

from dashboard.places import LESSONS, SAMPLES
from imv_core import Explanation, IMVForecaster, OneForecast, Table, read_table
from imv_core.anatomy.bound import blame
from imv_core.anatomy.plain import PlainLSTM
from imv_core.faithfulness.attribution import replace_values
from imv_core.faithfulness.checks import by_lag
from imv_core.faithfulness.held_out import HeldOut
from imv_core.model import IMVLSTM
from imv_core.planted import WORLDS, PlantedWorld, additive_lags

LAGS = {"x2": 3, "x5": 7, "x7": 2}  # planted, in both series
STRENGTHS = {"x2": 1.0, "x5": 0.8, "x7": 0.6}  # of the chorus
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


def series(name: str) -> Table:
    """What a model was trained on."""
    return chorus() if name.startswith("chorus_") else relay()


@st.cache_resource
def importance(name: str) -> "pd.Series[float]":
from imv_core.planted import WORLDS, PlantedWorld, additive_lags
