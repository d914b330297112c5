"""What the pages behind a model need: the open run, or a way to get one."""

from typing import NamedTuple

import pandas as pd
import streamlit as st

from dashboard import cache, session
from dashboard.pages.forecast import panels as forecast
from dashboard.session import redraw
from dashboard.ui import verdict
from dashboard.ui.failure import contain_failures
from dashboard.ui.figure_card import show_verdict
from dashboard.ui.verdict import Verdict
from dashboard.wording import plain, sentence
from imv_core import Table
from imv_core.forecasting.intervals import DEFAULT_LEVEL
from imv_core.runs.run import Run
from imv_core.tables.frequency import describe_step
from imv_core.windows.scaling import Scaling


class OpenModel(NamedTuple):
    """A model, its table, and how they are called."""

    run: Run
    table: Table
    target: str
    horizon: int
    step: str  # in words, "1 hour"; empty where the table has none


def on_grid(model: OpenModel, past: pd.DataFrame) -> pd.DataFrame:
    """Forecasts of one step on the grid of the open table."""
    return forecast.on_grid(model.table.frame.index, past)


def require_model(title: str) -> OpenModel:
    """The open model; where there is none the page, so titled, ends with what to do."""
    table, run = session.table(), session.run()
    if table is None or run is None or not run.has_model:
        st.title(title)
    if table is None:
        st.info("No data is open.")
        session.link("data", "Choose a sample or upload a file", "table_chart")
        st.stop()
    if run is not None and run.status.is_active:
        st.info("The model for this data is still being trained.")
        session.link("train", "See how far it is", "model_training")
        _wait_for(run)
        st.stop()
    if run is None or not run.has_model:
        st.info("There is no model for this data yet.")
        session.link("train", "Train one", "model_training")
        st.stop()
    settings = cache.forecaster(run).settings
    step = describe_step(table.freq) if table.freq else ""
    return OpenModel(run, table, settings.target, settings.horizon, step)


@contain_failures()
def show_run_verdict(run: Run) -> None:
    """What the checks of a run's model and its scores come to."""
    found = verdict.overall(cache.scores(run, "test", DEFAULT_LEVEL), cache.trust(run))
    show_verdict(Verdict(found.kind, plain(found.text, longest=1200)))


@st.fragment(run_every=1.0)
@contain_failures()
def _wait_for(run: Run) -> None:
    """Draw the page again once a training has ended."""
    if not run.status.is_active:
        redraw()


@contain_failures()
def show_note(text: str) -> None:
    """Show a caption that may hold names; nothing where it is empty."""
    if text:
        st.caption(sentence(text))


def scaling_of(model: OpenModel) -> Scaling:
    """How the numbers of the open model are scaled, and whether it forecasts the change."""
    return cache.forecaster(model.run).fitted.scaling


@contain_failures()
def show_cautions(model: OpenModel) -> None:
    """What this model's importance does not mean."""
    for text in verdict.cautions(cache.forecaster(model.run).settings, cache.trust(model.run)):
        st.warning(sentence(text))
