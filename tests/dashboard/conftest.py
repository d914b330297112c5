"""The dashboard without a browser: its real app, and runs in a folder of the test's own."""

import logging

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import run_catalogue
from dashboard.ui import failure
from imv_core import IMVForecaster, read_table
from imv_core.runs.run import Run
from imv_core.synthetic.worlds import additive_lags
from tests.conftest import ROOT

APP = ROOT / "dashboard" / "navigation" / "script.py"
HASHES: dict[str, str] = {}  # of the pages, by their names
HOSTILE = ("<img src=x onerror=alert(1)>", "$a$ :red[b] %{y}", "n" * 200, "y|z <b>")


@pytest.fixture(autouse=True)
def failures():
    """What parts of pages failed of; a test that expects some clears the list."""
    failed = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: failed.append(record.exc_info[1])
    failure.LOG.addHandler(handler)
    yield failed
    failure.LOG.removeHandler(handler)
    assert failed == []


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """The folder in which the dashboard keeps its runs."""
    monkeypatch.setattr(run_catalogue, "RUNS", tmp_path / "runs")
    return tmp_path / "runs"


@pytest.fixture
def visit(runs):
    """Open a page, in a new session or in one that is there."""

    def visit(page="overview", at=None, **address):
        if at is None:
            at = AppTest.from_file(APP, default_timeout=60)
            at.query_params.update(address)
            at._page_hash = HASHES.get(page, "")  # at once, where it is known already
            at.run()
        # `switch_page` knows pages that are files; these are functions
        for key, info in at._registered_pages.items():
            HASHES[info["page_name"].lower()] = key
        if HASHES[page] != at._finished_page_script_hash:
            at._page_hash = HASHES[page]
            at.run()
        return at

    return visit


@pytest.fixture
def adopted(runs, table, forecaster):
    """A finished run on the planted table."""
    return Run.adopt(runs / "adopted", forecaster, table, "adopted")


@pytest.fixture(scope="session")
def named_by_strangers():
    """A model of two steps on a planted table, its table, and the checks of it.

    HOSTILE[0] acts with a lag of 3 rows, HOSTILE[1] with 2; the others do not.
    """
    columns = dict(zip(("x2", "x7", "x1", "y"), HOSTILE, strict=True))
    frame = additive_lags(rows=600, seed=3).frame[list(columns)].rename(columns=columns)
    table = read_table(frame, name="![x](y)")
    model = IMVForecaster(
        HOSTILE[-1], max_epochs=2, hidden_size=2, lookback=3, horizon=2, predict="level"
    ).fit(table)
    return model, table, model.check(table)


@pytest.fixture(scope="session")
def trust(named_by_strangers):
    """Those checks."""
    return named_by_strangers[2]


@pytest.fixture
def checked(runs, named_by_strangers):
    """A finished run of that model, with its checks."""
    model, table, trust = named_by_strangers
    run = Run.adopt(runs / "checked", model, table, "checked")
    run.write_trust(trust)
    return run
