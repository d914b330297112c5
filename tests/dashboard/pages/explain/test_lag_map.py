"""Lags by attribution: shares of all changes, and the target's unit under the pointer."""

import numpy as np
import pandas as pd
import pytest

from dashboard.figures.theme import LIGHT
from dashboard.pages.explain.lag_map import panels as lags

TARGET = "y <b>"
LAGS = pd.Index([1, 2, 3, 4], name="lag")


@pytest.fixture
def moves():
    """How far a forecast moves: `b` at lag 3 by 6, nothing at all for `still`."""
    values = [[1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 6.0, 0.0], [0.0, 0.0, 0.0, 0.0]]
    return pd.DataFrame(values, pd.Index(["a", "b", "still"], name="variable"), LAGS)


def _shares(panel):
    drawn = panel.figure.data[0]
    return pd.DataFrame(drawn.z, columns=list(drawn.x))


def _told(panel, row, column):
    return "".join(panel.figure.data[0].customdata[row][column])


def test_within_a_variable_the_lags_are_shares_of_its_row(moves):
    panel = lags.within(moves, TARGET, "1 hour", LIGHT)
    np.testing.assert_allclose(_shares(panel).iloc[1], np.array([1, 1, 6, 0]) / 8)
    np.testing.assert_allclose(_shares(panel).iloc[2], 0)
    moves.loc["still", 4] = 0.05  # noise is not blown up to a share
    np.testing.assert_allclose(_shares(lags.within(moves, TARGET, "", LIGHT)).iloc[2], 0)
    assert "Within b, changing lag 3 moves the forecast most: 75%" in panel.title
    assert "uniform: 25%" in panel.title
    assert panel.figure.data[0].zmax >= 2 * 0.25
    assert 0.25 in panel.figure.data[0].colorbar.tickvals


def test_all_cells_together_compare_whatever_is_drawn(moves):
    panel = lags.together(moves, ["b", "a"], TARGET, "", LIGHT, ", step 2 ahead")
    np.testing.assert_allclose(_shares(panel).iloc[0], np.array([1, 1, 6, 0]) / 12)
    assert "Changing b at lag 3, of those shown," in panel.title
    assert "by 6.000 on average, step 2 ahead" in panel.title
    assert 1 / 12 in panel.figure.data[0].colorbar.tickvals
    said = panel.numbers().set_index(["variable", "lag"])
    assert said.loc[("b", 3), "attribution"] == 6
    assert said.loc[("b", 3), "share"] == 0.5


def test_the_pointer_tells_the_change_in_the_unit_of_the_target_as_text(moves):
    for panel in (
        lags.within(moves, TARGET, "1 hour", LIGHT),
        lags.together(moves, list(moves.index), TARGET, "1 hour", LIGHT),
    ):
        told = _told(panel, 1, 2)
        assert "lag 3 (3 × 1 hour before)" in told
        assert "moves y &lt;b&gt; by 6.000 on average" in told


def test_a_forecast_that_nothing_moves_is_said_to_be_so(moves):
    for panel in (
        lags.within(moves * 0, TARGET, "", LIGHT),
        lags.together(moves * 0, list(moves.index), TARGET, "", LIGHT),
    ):
        assert panel.title == "No change of a single value moves the forecast of y <b>"
        assert not _shares(panel).to_numpy().any()


def test_the_window_of_one_forecast_is_drawn_in_the_unit_of_the_target(table, two_steps):
    one = two_steps.explain_one(table, len(table.frame))
    _, N, T = one.attention.shape
    moves = np.zeros((N, T))
    moves[2, T - 5] = 3.25  # the oldest comes first
    panel = lags.of_one(one, moves, list(one.variables), "1 hour", LIGHT)
    name = one.variables[2]
    assert f"Another value of {name} at lag 5 would move this forecast most: by 3.25" in panel.title
    drawn = pd.DataFrame(panel.figure.data[0].z, list(one.variables), one.lags)
    assert drawn.loc[name, 5] == 3.25
    assert drawn.to_numpy().sum() == 3.25
    numbers = panel.numbers().set_index(["variable", "lag"])["attribution"]
    assert numbers[name, 5] == 3.25
    assert numbers.sum() == 3.25
    assert lags.of_one(one, 0 * moves, [name], "", LIGHT).title.startswith("No change")
