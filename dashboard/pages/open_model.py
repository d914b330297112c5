"""The open model, which most pages need, and notes and cautions about it."""

from typing import NamedTuple

import streamlit as st

from dashboard import cache, session
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
    """The open model with its table."""

    run: Run
    table: Table
    target: str
    horizon: int
    step: str  # in words, "1 hour"; empty where the table has none


def require_model(title: str) -> OpenModel:
    """Return the open model; without one, show what to do and end the page.

    Args:
        title: of the page.
    """
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
    """Show the verdict on a run, from its checks and its scores."""
    found = verdict.overall(cache.scores(run, "test", DEFAULT_LEVEL), cache.trust(run))
    show_verdict(Verdict(found.kind, plain(found.text, longest=1200)))


@st.fragment(run_every=1.0)
@contain_failures()
def _wait_for(run: Run) -> None:
    """Draw the page again when the training has ended."""
    if not run.status.is_active:
        redraw()


@contain_failures()
def show_note(text: str) -> None:
    """Show a caption that may contain names; nothing where it is empty."""
    if text:
        st.caption(sentence(text))


def scaling_of(model: OpenModel) -> Scaling:
    """Return the scaling of the open model, which also knows whether it forecasts the change."""
    return cache.forecaster(model.run).fitted.scaling


@contain_failures()
def show_cautions(model: OpenModel) -> None:
    """Show what this model's importance does not mean."""
    for text in verdict.cautions(cache.forecaster(model.run).settings, cache.trust(model.run)):
        st.warning(sentence(text))
