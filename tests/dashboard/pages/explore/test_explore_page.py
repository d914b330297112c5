"""The page Explore: every way to a forecast, what is said of it, and what if."""

import json
import re
from functools import partial
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import session
from dashboard.pages.explore.what_if import panels as what_if
from dashboard.paths import SHIPPED_RUN
from dashboard.ui.times import nearest_row, row_from_text, row_time, row_to_text
from imv_core import IMVForecaster, read_table
from imv_core.runs.run import Run
from tests.dashboard.conftest import APP

HOSTILE = ["y $a$ :red[b] <b>", "<img src=x onerror=alert(1)>", "time", "self", "n" * 200, "😀"]
FIGURES = ["around", "window_contribution", "waterfall"]
MADE_OF = ["window_weights", "components"]


def _figures(at):
    return [json.loads(chart.proto.spec) for chart in at.get("plotly_chart")]


def _alts(at):
    return [chart.proto.alt for chart in at.get("plotly_chart")]


def _button(at, key):
    at.button(key=key).click()
    return at.run()


def _fine(at):
    assert [e.value for e in at.exception] == []
    assert [e.value for e in at.error] == []
    return at


@pytest.fixture
def follow(visit):
    """Open a link to the page."""

    def follow(**address):
        at = AppTest.from_file(APP, default_timeout=60)
        at.query_params.update(address)
        return _fine(visit("explore", at.run()))

    return follow


@pytest.fixture
def model(follow, runs, table, forecaster):
    """The page on a model of one step on the planted table."""
    Run.adopt(runs / "mine", forecaster, table, "mine")

    return partial(follow, run="mine")


@pytest.fixture(scope="module")
def labelled(world):
    """Hostile names, a text column with holes, and rows without times."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(300, 6)), columns=HOSTILE)
    frame["**label**"] = rng.choice(["<b>up</b>", "down", None], 300)
    table = read_table(frame, name="![x](y)")
    model = IMVForecaster(HOSTILE[0], max_epochs=1, hidden_size=2, lookback=4, horizon=3)
    return table, model.fit(table)


def _made_of(at, shown):
    """See one of the figures of what a forecast is made of."""
    next(box for box in at.segmented_control if box.key == "explore-made-of").set_value(shown).run()
    return _fine(at)


def test_the_page_opens_on_the_last_forecast_of_the_test_part(model, table, forecaster):
    at = model()
    last = forecaster.predict(table)["time"].iloc[-1]
    assert at.query_params["at"] == row_to_text(table, table.frame.index.get_loc(last))
    assert len(_alts(at)) == len(FIGURES)
    boxes = {box.label: box.value for box in at.metric}
    one = forecaster.explain_one(table, table.frame.index.get_loc(last))
    assert float(boxes["Forecast"].replace(",", "")) == pytest.approx(one.forecast[0], rel=1e-3)


def test_a_link_opens_its_forecast(model, table):
    at = model(at="2020-01-21T05:00")
    row = table.frame.index.get_loc("2020-01-21 05:00")
    assert at.query_params["at"] == "2020-01-21T05:00"
    actual = table.frame["y"].iloc[row]
    assert float(at.metric[1].value) == pytest.approx(actual, rel=1e-3)


@pytest.mark.parametrize(
    "at", ["", "tomorrow?", "1999-01-01", "2020-01-01T03:00", "NaT", "9" * 400, "<b>", "2020-13-45"]
)
def test_an_address_that_names_no_window_opens_the_last_of_the_test_part(model, at):
    there = model(at=at, ahead="²")
    assert there.query_params["at"] == model().query_params["at"]


def test_buttons_go_one_forecast_earlier_and_later(model):
    at = model(at="2020-01-24T05:00")
    assert _button(at, "explore-earlier").query_params["at"] == "2020-01-24T04:00"
    assert _button(at, "explore-later").query_params["at"] == "2020-01-24T05:00"
    _fine(at)


def test_every_part_and_the_future_can_be_looked_at(model, table):
    at = model()
    for part in ("train", "validation", "test", "future"):
        at.segmented_control(key="explore-part").set_value(part).run()
        _fine(at)
        assert at.segmented_control(key="explore-part").value == part
        trained = any("lies in the training part" in c.value for c in at.caption)
        assert trained == (part == "train")
    assert at.metric[1].value == "not known"
    assert at.query_params["at"] == row_to_text(table, len(table.frame))
    assert at.button(key="explore-later").disabled


def test_a_date_is_taken_to_the_nearest_row_with_a_word(model):
    at = model()
    at.datetime_input(key="explore-time").set_value(pd.Timestamp("2020-01-24 05:40")).run()
    assert _fine(at).query_params["at"] == "2020-01-24T06:00"
    assert any("no row at 2020-01-24 05:40" in c.value for c in at.caption)
    _button(at, "explore-later")
    assert not any("no row at" in c.value for c in at.caption)


def test_the_largest_errors_are_those_of_the_part_in_order(model, table, forecaster):
    at = model()
    test = forecaster.predict(table)
    sizes = (test["actual"] - test["forecast"]).abs()
    worst = test.loc[sizes.nlargest(10).index, "time"]
    box = at.selectbox(key="explore-error")
    assert len(box.options) == 10
    assert all(f"{t:%Y-%m-%d %H:%M}" in o for t, o in zip(worst, box.options, strict=True))
    box.select_index(1).run()
    assert _fine(at).query_params["at"] == f"{worst.iloc[1]:%Y-%m-%dT%H:%M}"


def test_the_waterfall_adds_up_to_the_forecast(model, monkeypatch):
    files = {}

    def collect(label, data, file_name, **_):
        if file_name.endswith(".csv"):
            files[file_name.removesuffix(".csv")] = pd.read_csv(BytesIO(data()))

    monkeypatch.setattr(st, "download_button", collect)
    at = model()
    for shown in MADE_OF:
        _made_of(at, shown)
    assert {*FIGURES, *MADE_OF} <= set(files)
    parts = files["waterfall"].set_index("part")["value"]
    assert parts.drop(["forecast", "actual"]).sum() == pytest.approx(parts["forecast"])
    cells = files["window_contribution"]
    by_variable = cells.groupby("variable")
    np.testing.assert_allclose(by_variable["attention"].sum(), 1, atol=1e-5)
    added = by_variable["contribution"].sum()
    np.testing.assert_allclose(added, parts[added.index], atol=1e-3)
    assert files["window_weights"]["weight"].sum() == pytest.approx(1, abs=1e-5)
    assert "component_spread" not in files["components"]  # nothing has learnt it


def test_a_cell_is_shown_in_its_series(model, table, forecaster):
    at = model(at="2020-01-24T05:00")
    at.selectbox(key="explore-variable").set_value("x2").run()
    at.selectbox(key="explore-lag").set_value(3).run()
    _fine(at)
    value = table.frame["x2"].loc["2020-01-24 02:00"]
    (said,) = [alt for alt in _alts(at) if "x2 at lag 3" in alt]
    assert "2020-01-24 02:00" in said
    assert f"is {value:.4g} " in said
    row = table.frame.index.get_loc("2020-01-24 05:00")
    added = forecaster.explain_one(table, row).contribution_at(1).loc["x2", 3]
    assert float(re.search(r"adds (\S+) to", said)[1].replace("−", "-")) == pytest.approx(
        added, rel=1e-2
    )


def test_where_a_forecast_splits_by_lag_the_map_shows_it_first(model):
    at = model()
    assert any("moves this forecast most" in alt for alt in _alts(_fine(at)))
    at.segmented_control(key="explore-map").set_value("attention").run()
    assert any("of the attention within" in alt for alt in _alts(_fine(at)))


def test_densities_are_drawn_only_where_they_were_learnt(model, follow, runs, table, three_seeds):
    assert not any(
        figure["layout"]["yaxis"].get("title", {}).get("text") == "density, weighted"
        for figure in _figures(_made_of(model(), "components"))
    )
    Run.adopt(runs / "paper", three_seeds, table, "paper")
    at = follow(run="paper", ahead="2")
    assert any("after the value is known" in a for a in _alts(_made_of(at, "window_weights")))
    _made_of(at, "components")
    titles = [f["layout"]["yaxis"].get("title", {}).get("text") for f in _figures(at)]
    assert "density, weighted" in titles
    (shown,) = (box for box in at.segmented_control if box.key == "explore-map")
    assert shown.options == ["Attention", "Attribution"]  # over states no lag has a contribution
    assert at.query_params["ahead"] == "2"


@pytest.mark.parametrize("step", [1, 3])
def test_names_that_are_code_stay_names_whatever_the_step(follow, runs, labelled, step):
    table, forecaster = labelled
    Run.adopt(runs / "hostile", forecaster, table, "![x](y)")
    at = follow(run="hostile", at="290", ahead=str(step))
    row = 290 + step - 1
    assert at.number_input(key="explore-time").value == row
    assert float(at.metric[1].value) == pytest.approx(table.frame[HOSTILE[0]][row], rel=1e-3)
    at.toggle(key="explore-what-if-open").set_value(True).run()
    for name in (HOSTILE[1], "self", "**label**") if step == 1 else ("time",):
        at.selectbox(key="explore-variable").set_value(name)
        at.selectbox(key="explore-what-if-variable").set_value(name).run()
        at.selectbox(key="explore-what-if-freeze").set_value("first").run()
        _fine(_button(at, "explore-what-if-frozen"))
    at.selectbox(key="explore-step").set_value(2).run()
    assert _fine(at).query_params["ahead"] == "2"
    written_ = [m.value for m in (*at.markdown, *at.title, *at.caption, *at.warning)]
    assert not [text for text in written_ if re.search(r"(?<!\\)<(img|b)|(?<!\\)!\[x", text)]


def test_what_if_says_what_was_changed_and_what_becomes_of_the_forecast(model, table, forecaster):
    at = model(at="2020-01-24T05:00")
    row = table.frame.index.get_loc("2020-01-24 05:00")
    at.toggle(key="explore-what-if-open").set_value(True).run()
    assert any("Nothing is changed yet" in m.value for m in at.markdown)
    at.selectbox(key="explore-what-if-variable").set_value("x2").run()
    at.number_input(key="explore-what-if-factor").set_value(3.0).run()
    _fine(_button(at, "explore-what-if-scale"))
    one = forecaster.explain_one(table, row)
    changed = forecaster.what_if(one, one.values.assign(x2=one.values["x2"] * 3))
    assert any(m.value.startswith("**Multiplying x2 by 3 ") for m in at.markdown)
    boxes = {box.label: box.value for box in at.metric}
    assert float(boxes["After"]) == pytest.approx(changed.forecast[0], rel=1e-3)
    assert any("extrapolates" in w.value for w in at.warning)
    assert any("Attention" in alt for alt in _alts(at)[-1:])
    # another window starts afresh, and so does a press
    _button(at, "explore-later")
    assert any("Nothing is changed yet" in m.value for m in _fine(at).markdown)
    _button(at, "explore-what-if-frozen")
    assert any("Setting all values of x2 to" in m.value.replace("\\", "") for m in at.markdown)
    _button(at, "explore-what-if-again")
    assert any("Nothing is changed yet" in m.value for m in _fine(at).markdown)


def test_what_cannot_be_computed_with_is_a_sentence(model):
    at = model()
    at.toggle(key="explore-what-if-open").set_value(True).run()
    at.number_input(key="explore-what-if-factor").set_value(1e200).run()
    _button(at, "explore-what-if-scale")
    assert [e.value for e in at.exception] == []
    assert len(at.error) == 1
    assert "too large to compute with" in at.error[0].value
    _button(at, "explore-what-if-again")
    _fine(at)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda f: f, ""),
        (lambda f: f.assign(a=f["a"] * 2), "Multiplying a by 2"),
        (lambda f: f.assign(a=7.0), "Setting all values of a to 7"),
        (lambda f: f.assign(a=[1.0, 2.0, 5.0]), "Setting a at lag 1 from 4 to 5"),
        (lambda f: f.assign(a=[9.0, 8.0, 4.0]), "Changing 2 values of a"),
        (lambda f: f.assign(b="y"), "Setting all values of b to y"),
        (lambda f: f.assign(a=f["a"] * 2, b=["x", None, "z"]), "Multiplying a by 2 and setting b"),
        (lambda f: f.assign(a=0.5, b="x", c=1.0), "Changing 3 variables"),
    ],
)
def test_a_change_is_said_in_words(change, words):
    frame = pd.DataFrame({"a": [1.0, 2.0, 4.0], "b": ["x", None, "y"], "c": [np.nan, 0.0, 1.0]})
    assert what_if.changed(frame, change(frame)).startswith(words)
    assert bool(what_if.changed(frame, change(frame))) == bool(words)


def test_a_link_leads_back_to_its_row(table, labelled):
    for known in (table, labelled[0]):
        for row in (0, 17, len(known.frame) - 1, len(known.frame)):
            assert row_from_text(known, row_to_text(known, row)) == row
            assert nearest_row(known, row_time(known, row)) == row
    assert row_from_text(table, "2020-01-01T00:30") is None
    assert row_from_text(labelled[0], "-1") is None


def test_without_a_model_or_data_the_page_says_how_to_begin(visit, monkeypatch, tmp_path):
    monkeypatch.setattr(session, "SHIPPED_RUN", tmp_path / "missing")
    at = _fine(visit("explore"))
    assert "No data is open." in [box.value for box in at.info]


def test_a_damaged_model_is_a_sentence(visit, adopted):
    adopted.model_path.write_bytes(b"nonsense")
    at = visit("explore", run="adopted")
    assert [e.value for e in at.exception] == []
    assert len(at.error) == 1


def test_missing_values_are_marked_in_the_map(follow):
    """The sample has some: the target of the last quarter is missing at times."""
    table = Run(SHIPPED_RUN).table
    missing = np.flatnonzero(table.frame["pm2.5"].isna().to_numpy())[-1]
    at = follow(at=row_to_text(table, missing + 2))
    texts = str(_figures(at)[1]["data"][1]["text"])
    assert "*" in texts
