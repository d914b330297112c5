"""An account that is not of the forecast is found out by asking the product itself."""

import numpy as np
import pandas as pd
import pytest

from imv_core import IMVForecaster, read_table
from imv_core.faithfulness.checks import moves
from imv_core.faithfulness.overall_verdict import conclude


@pytest.fixture(scope="module")
def walk():
    """A random walk whose change x leads: its own past is nearly all of the forecast."""
    rng = np.random.default_rng(3)
    x = rng.standard_normal(900)
    y = np.cumsum(np.roll(x, 2) + 0.2 * rng.standard_normal(900))
    index = pd.date_range("2024", periods=900, freq="h", name="time")
    labels = np.where(rng.standard_normal(900) > 0, "on", "off")
    table = read_table(pd.DataFrame({"y": y, "x": x, "mode": labels}, index), name="walk")
    model = IMVForecaster("y", predict="change", lookback=4, max_epochs=3, hidden_size=4)
    return model.fit(table), table


def _check(walk, of):
    model, table = walk
    found = moves.move(model, table, model.explain(table, of=of), lambda _: None)
    return found, moves.check(found, learns_densities=False)


def test_the_account_of_the_forecast_passes(walk):
    found, check = _check(walk, "forecast")
    assert check.verdict == "pass"
    assert found.loc["y", "moved"] > 0.8
    np.testing.assert_allclose(found.sum(), 1)


def test_the_account_of_the_change_is_found_out_and_never_relied_on(walk):
    found, check = _check(walk, "change")
    assert found.loc["y", "claimed"] < 0.1
    assert check.verdict == "fail"
    assert "'y'" in check.sentence
    model, table = walk
    others = [each for each in model.check(table).checks if each.name != "moves"]
    verdict, reasons, sentence = conclude([check, *others])
    assert verdict == "do not rely"
    assert reasons[0] == "moves"
    assert "the forecast moves as importance says to" in sentence


def test_copies_are_moved_together():
    rng = np.random.default_rng(4)
    x = rng.standard_normal(700)
    frame = pd.DataFrame(
        {"y": np.roll(x, 1) + 0.2 * rng.standard_normal(700), "x": x},
        pd.date_range("2024", periods=700, freq="h", name="time"),
    )
    frame["same"] = frame["x"] + 0.001 * rng.standard_normal(700)
    table = read_table(frame, name="copies")
    model = IMVForecaster("y", lookback=3, max_epochs=3, hidden_size=4).fit(table)
    found = moves.move(model, table, model.explain(table), lambda _: None)
    assert found.loc[["x", "same"], "moved"].sum() > 0.9
    assert moves.check(found, learns_densities=False).verdict == "pass"


def test_what_importance_rests_on_is_said_where_it_is_not_the_forecast():
    found = pd.DataFrame({"claimed": [0.9, 0.1], "moved": [0.1, 0.9]}, index=["a", "b"])
    check = moves.check(found, learns_densities=True)
    assert check.verdict == "fail"
    assert "'b' makes 90% of the moves and holds 10% of the importance." in check.sentence
    assert "explains what came true" in check.sentence
