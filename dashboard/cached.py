"""What the core computes for the pages, once for each run and question."""

from datetime import date
from pathlib import Path

import pandas as pd
import streamlit as st

from imv_core import Explanation, ImvError, IMVForecaster, Table, metrics, read_table
from imv_core.reading.findings import Finding
from imv_core.runs import LEVEL, Run
from imv_core.scaling import Floats
from imv_core.suspects import suspects as find_suspects


def _key(run: Run) -> tuple[str, int]:
    """A run and when its model was written; 0: it was deleted meanwhile, which reading it tells."""
    made = run.model_path.stat().st_mtime_ns if run.has_model else 0
    return str(run.path), made


# a name with an underscore would be left out of the key, and one model would answer for another
KEYS = {Run: _key}


@st.cache_resource(max_entries=4, show_spinner="Reading the sample …")
def sample(path: Path) -> Table:
    """A sample's table."""
    return read_table(path)


@st.cache_data(
    max_entries=16,
    hash_funcs={Table: lambda table: table.fingerprint},
    show_spinner="Looking for columns that tell too much …",
)
def suspects(table: Table, target: str) -> list[Finding]:
    """See `imv_core.suspects`."""
    return find_suspects(table, target)


@st.cache_resource(max_entries=8, hash_funcs=KEYS, show_spinner="Reading the run's data …")
def table(run: Run) -> Table:
    """The table of a run that has a model."""
    return run.table


@st.cache_resource(max_entries=16, hash_funcs=KEYS, show_spinner="Loading the model …")
def forecaster(run: Run) -> IMVForecaster:
    """The model of a run."""
    return run.forecaster()


@st.cache_data(max_entries=32, hash_funcs=KEYS, show_spinner="Forecasting …")
def forecast(run: Run, part: str, level: float) -> pd.DataFrame:
    """See `IMVForecaster.predict`."""
    if part == "test":
        return forecaster(run).forecast_of(explanation(run, part), level)
    return forecaster(run).predict(table(run), part, level)


@st.cache_data(max_entries=8, hash_funcs=KEYS, show_spinner="Forecasting …")
def rivals(run: Run, part: str) -> dict[str, Floats]:
    """See `IMVForecaster.rivals`."""
    return forecaster(run).rivals(table(run), part)


@st.cache_data(max_entries=32, hash_funcs=KEYS, show_spinner="Scoring …")
def scores(run: Run, part: str, level: float) -> "pd.Series[float]":
    """See `IMVForecaster.score`; the forecasts are taken from `forecast`."""
    kept = run.scores if (part, level) == ("test", LEVEL) else None
    if kept is not None:
        return kept
    return metrics.score(forecast(run, part, level), rivals(run, part))


@st.cache_resource(max_entries=4, hash_funcs=KEYS, show_spinner="Explaining …")
def explanation(run: Run, part: str) -> Explanation:
    """See `IMVForecaster.explain`."""
    if part == "test":
        return run.explanation(forecaster(run), table(run))
    return forecaster(run).explain(table(run), part)


@st.cache_data(max_entries=2, hash_funcs=KEYS, show_spinner=False)
def report(run: Run, made: date) -> bytes:
    """See `dashboard.report`; where there can be none, a page that says why."""
    from dashboard import report as reports  # it takes a tenth of a second, for few visits

    try:
        explained = explanation(run, "test")
        return reports.html(forecaster(run), table(run), explained, made).encode()
    except ImvError as error:
        return reports.refusal(error).encode()
