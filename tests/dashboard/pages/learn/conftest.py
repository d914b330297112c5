"""A chapter of the page Learn, without a browser."""

import base64
import json
import runpy
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.pages.learn.chapter import HERE
from tests.conftest import ROOT


def figures(at: AppTest) -> list[list[dict[str, Any]]]:
    """The traces of every figure of a page."""
    return [json.loads(chart.proto.spec)["data"] for chart in at.get("plotly_chart")]


def array(value: Any) -> np.ndarray:
    """Numbers of a trace, which may be packed."""
    if isinstance(value, dict):
        flat = np.frombuffer(base64.b64decode(value["bdata"]), value["dtype"])
        return flat.reshape([int(n) for n in value.get("shape", str(len(flat))).split(",")])
    return np.array(value, float)


@pytest.fixture
def chapter(visit):
    """Open a chapter, at a position where one is given: `chapter(2, lag="5")`."""

    def open_chapter(number, **position):
        at = visit("learn", chapter=str(number), **position)
        assert [e.value for e in (*at.exception, *at.error)] == []
        return at

    return open_chapter


@pytest.fixture
def snippet(monkeypatch):
    """Run a snippet as a reader would, from the folder of the project; its names and values."""

    def run(name):
        monkeypatch.chdir(ROOT)
        return runpy.run_path(str(HERE / name / "snippet.py"))

    return run
