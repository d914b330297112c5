"""A value that cannot be computed with costs no page its figures."""

from dataclasses import replace

import numpy as np
import pytest

from imv_core import IMVForecaster, read_table
from imv_core.runs.run import Run
from imv_core.synthetic.worlds import additive_lags

PAGES = ("overview", "data", "forecast", "explain", "explore")


@pytest.mark.filterwarnings("ignore:.*are too large:UserWarning")
@pytest.mark.parametrize("column", ["x2", "y"])
@pytest.mark.parametrize("value", [1e39, -np.inf])
def test_a_stored_table_with_an_absurd_value_in_the_test_part_is_shown(visit, runs, column, value):
    table = read_table(additive_lags(rows=400, seed=3).frame[["x1", "x2", "y"]], name="kept")
    frame = table.frame.copy()
    frame.iloc[380, frame.columns.get_loc(column)] = value
    stored = replace(table, frame=frame)  # as an older version wrote it
    model = IMVForecaster("y", max_epochs=1, hidden_size=2, lookback=4).fit(stored)
    Run.adopt(runs / "kept", model, stored, "kept")
    at = visit("overview", run="kept")
    assert at.session_state["run"].config.name == "kept"
    for page in PAGES:
        visit(page, at)
        assert [error.value for error in at.error] == []
        assert not at.exception
