"""The dashboard without a browser: its real app, and runs in a folder of the test's own."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import state
from imv_core.runs import Run

APP = Path(__file__).parents[2] / "dashboard" / "pages.py"


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """The folder in which the dashboard keeps its runs."""
    monkeypatch.setattr(state, "RUNS", tmp_path / "runs")
    return tmp_path / "runs"


@pytest.fixture
def visit(runs):
    """Open a page, in a new session or in one that is there."""

    def visit(page="overview", at=None, **address):
        if at is None:
            at = AppTest.from_file(APP, default_timeout=60)
            at.query_params.update(address)
            at.run()
        # `switch_page` knows pages that are files; these are functions
        known = {info["page_name"].lower(): key for key, info in at._registered_pages.items()}
        if known[page] != at._finished_page_script_hash:
            at._page_hash = known[page]
            at.run()
        return at

    return visit


@pytest.fixture
def adopted(runs, table, forecaster):
    """A finished run on the planted table."""
    return Run.adopt(runs / "adopted", forecaster, table, "adopted")
