"""Cache of what the core computes for the pages, keyed by run and arguments.

A key has the time at which the run's files were written, so that a new model is computed anew.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from imv_core import Explanation, IMVForecaster, Table, read_table
from imv_core.arrays import Floats
from imv_core.faithfulness.report import TrustReport
from imv_core.faithfulness.result_versions import outdated_note
from imv_core.forecasting import metrics
from imv_core.model.decomposition import Explained
from imv_core.runs.model_folder import LEVEL
from imv_core.runs.run import Run
from imv_core.runs.task import TaskKind
from imv_core.synthetic.injection import Injection
from imv_core.synthetic.recovery import Recovery
from imv_core.tables.findings import Finding
from imv_core.tables.leakage import find_leakage as find_suspects
from imv_core.training.preparation import prepare
from imv_core.windows.split import Part


def _written(path: Path) -> int:
    """Return when a file was written; 0: there is no such file."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _key(run: Run) -> tuple[str, int]:
    """Return the key of a run: its folder, and when its model was written."""
    return str(run.path), _written(run.model_path)


# `hash_funcs` of Streamlit. An argument with an underscore, which needs none, would be left out of
# the key: one model would answer for another.
HashFuncs = dict[str | type[Any], Callable[[Any], Any]]
KEYS: HashFuncs = {Run: _key}
TABLE_KEYS: HashFuncs = {Run: lambda run: (str(run.path), _written(run.table_path))}
TRUST_KEYS: HashFuncs = {Run: lambda run: (*_key(run), _written(run.trust_path))}
RECOVERY_KEYS: HashFuncs = {Run: lambda run: (*_key(run), _written(run.recovery_path))}
INJECTION_KEYS: HashFuncs = {Run: lambda run: (*_key(run), _written(run.injection_path))}
OUTDATED_KEYS: HashFuncs = {
    Run: lambda run: (TRUST_KEYS[Run](run), *map(_written, (run.recovery_path, run.injection_path)))
}


@st.cache_resource(max_entries=4, show_spinner="Reading the sample …")
def sample(path: Path) -> Table:
    """Read a sample's table."""
    return read_table(path)


@st.cache_data(
    max_entries=16,
    hash_funcs={Table: lambda table: table.fingerprint},
    show_spinner="Looking for columns that tell too much …",
)
def suspects(table: Table, target: str) -> list[Finding]:
    """Find columns that tell too much of the target, see `imv_core.tables.leakage`."""
    return find_suspects(table, target)


@st.cache_resource(max_entries=8, hash_funcs=KEYS, show_spinner="Reading the run's data …")
def table(run: Run) -> Table:
    """Read the table of a run that has a model."""
    return run.table


@st.cache_resource(max_entries=16, hash_funcs=KEYS, show_spinner="Loading the model …")
def forecaster(run: Run) -> IMVForecaster:
    """Load the model of a run."""
    return run.forecaster()


@st.cache_data(max_entries=32, hash_funcs=KEYS, show_spinner="Forecasting …")
def forecast(run: Run, part: str, level: float) -> pd.DataFrame:
    """Forecast a part, see `IMVForecaster.predict`."""
    if part == Part.TEST:
        return forecaster(run).forecast_of(explanation(run, part), level)
    return forecaster(run).predict(table(run), part, level)


@st.cache_data(max_entries=8, hash_funcs=KEYS, show_spinner="Forecasting …")
def rivals(run: Run, part: str) -> dict[str, Floats]:
    """Make the simple forecasts of a part, see `IMVForecaster.rivals`."""
    return forecaster(run).rivals(table(run), part)


@st.cache_data(max_entries=32, hash_funcs=KEYS, show_spinner="Scoring …")
def scores(run: Run, part: str, level: float) -> "pd.Series[float]":
    """Score the forecasts of `forecast`, see `IMVForecaster.score`."""
    stored = run.scores if (part, level) == (Part.TEST, LEVEL) else None
    if stored is not None:
        return stored
    return metrics.score(forecast(run, part, level), rivals(run, part))


@st.cache_resource(max_entries=4, hash_funcs=KEYS, show_spinner="Explaining …")
def explanation(run: Run, part: str) -> Explanation:
    """Explain the forecasts of a part, see `IMVForecaster.explain`."""
    if part == Part.TEST:
        return run.explanation(forecaster(run), table(run))
    return forecaster(run).explain(table(run), part)


@st.cache_resource(max_entries=4, hash_funcs=KEYS, show_spinner="Explaining the change …")
def explanation_of_change(run: Run, part: str) -> Explanation:
    """Explain the changes since the last value; they are stored in no file."""
    return forecaster(run).explain(table(run), part, of=Explained.CHANGE)


def explanation_of(run: Run, part: str, explains: str) -> Explanation:
    """Explain the "forecast" or the "change" of a part."""
    return (explanation if explains == Explained.FORECAST else explanation_of_change)(run, part)


@st.cache_data(max_entries=16, hash_funcs=TABLE_KEYS, show_spinner=False)
def groups(run: Run) -> tuple[tuple[str, ...], ...]:
    """Return the near copies among a run's variables, see `Windows.groups`; needs no model."""
    return prepare(run.table, run.config.settings).train.groups


@st.cache_resource(max_entries=16, hash_funcs=TRUST_KEYS, show_spinner=False)
def trust(run: Run) -> TrustReport | None:
    """Read the checks of a run's model; None: it was not checked."""
    return run.trust


@st.cache_resource(max_entries=16, hash_funcs=RECOVERY_KEYS, show_spinner=False)
def recovery(run: Run) -> Recovery | None:
    """Read what a run's settings find in planted worlds; None: not tried."""
    return run.recovery


@st.cache_resource(max_entries=16, hash_funcs=INJECTION_KEYS, show_spinner=False)
def injection(run: Run) -> Injection | None:
    """Read what a run's settings find of a hidden effect; None: not tried."""
    return run.injection


@st.cache_data(max_entries=32, hash_funcs=OUTDATED_KEYS, show_spinner=False)
def outdated(run: Run, kind: TaskKind) -> str:
    """Return why the result of a task is of another version and cannot be read; else empty."""
    path, from_json = {
        TaskKind.CHECKS: (run.trust_path, TrustReport.from_json),
        TaskKind.RECOVERY: (run.recovery_path, Recovery.from_json),
        TaskKind.INJECTION: (run.injection_path, Injection.from_json),
    }[kind]
    return outdated_note(path, from_json)


@st.cache_data(max_entries=64, hash_funcs=KEYS, show_spinner="Changing its values one by one …")
def attribution(run: Run, row: int, explains: str) -> Floats:
    """Attribute the forecast whose first step is at `row`, see `IMVForecaster.attribute_one`."""
    model = forecaster(run)
    return model.attribute_one(table(run), model.explain_one(table(run), row, of=explains))
