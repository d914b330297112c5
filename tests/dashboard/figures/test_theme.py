"""All figures of a theme have one template, on the page's own background."""

import tomllib

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from dashboard.figures import curves, importance, residuals, series, waterfall, window
from dashboard.figures.theme import DARK, LARGE, LIGHT, SMALL, styled, template
from dashboard.pages.learn import panels as learn
from tests.conftest import ROOT

SHARES = pd.Series({"a": 0.7, "b": 0.3})
CELLS = pd.DataFrame({1: SHARES, 2: 1 - SHARES})
PAST = pd.DataFrame({"time": range(9), "actual": 1.0, "forecast": 2.0, "lower": 0.0, "upper": 3.0})
DRAW = {
    "bars": lambda c: importance.bars(SHARES, pd.DataFrame({"low": SHARES, "high": SHARES}), 1, c),
    "heatmap": lambda c: importance.heatmap(CELLS, 0.5, c, "share", ""),
    "over_time": lambda c: importance.over_time(CELLS.T, c),
    "residuals": lambda c: residuals.residuals(PAST, "y", c),
    "forecast": lambda c: series.forecast(PAST, PAST.iloc[:0], "y", c),
    "variables": lambda c: series.variables(PAST, ["actual"], {}, c),
    "around": lambda c: window.around(PAST, PAST[["time", "actual"]], (0, 1), (2, 2.0), "y", c),
    "waterfall": lambda c: waterfall.waterfall(SHARES, ("base", 1.0), 2.0, "y", c),
    "strips": lambda c: curves.strips({"a": SHARES}, {0.5: "half"}, "share", c),
}


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW)
def test_a_figure_has_the_template_of_its_theme(draw, colours):
    assert draw(colours).layout.template == template(colours)


def test_figures_of_the_page_learn_have_large_type():
    figure = learn.states(np.zeros((8, 4, 4)), list("abcd"), 1.0, "h", LIGHT)
    assert figure.layout.template == template(LIGHT, LARGE)
    assert figure.layout.template.layout.font.size == LARGE > SMALL


def test_a_layout_of_its_own_changes_no_other_figure():
    styled(go.Figure(), LIGHT, 100, legend={"y": 3}).layout.template.layout.font.size = 99
    assert template(LIGHT).layout.font.size == SMALL
    assert template(LIGHT).layout.legend.y != 3


def test_figures_have_the_background_of_the_page():
    text = (ROOT / "dashboard" / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    theme = tomllib.loads(text)["theme"]
    assert theme["light"]["backgroundColor"] == LIGHT.paper
    assert theme["dark"]["backgroundColor"] == DARK.paper
