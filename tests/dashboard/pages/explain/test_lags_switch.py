"""Lags by attention or by attribution: one choice for all pages."""

import json
from base64 import b64decode
from dataclasses import replace

import numpy as np
import pytest

from dashboard.wording import short
from tests.dashboard.conftest import HOSTILE


def _maps(at):
    """The heatmaps of a page by their titles, rows as they are drawn."""
    maps = {}
    for chart in at.get("plotly_chart"):
        spec = json.loads(chart.proto.spec)
        drawn = spec["data"][0]
        if drawn["type"] == "heatmap" and "lag" in spec["layout"]["xaxis"]["title"]["text"]:
            values = np.frombuffer(b64decode(drawn["z"]["bdata"]), drawn["z"]["dtype"])
            maps[chart.proto.alt] = values.reshape(_shape(drawn["z"]["shape"]))
    return maps


def _shape(shape):
    return [int(n) for n in shape.split(",")]


def _set(at, key, value):
    next(box for box in at.segmented_control if box.key == key).set_value(value)
    assert [e.value for e in at.run().exception] == []
    return at


def _switch(at):
    return next(box for box in at.segmented_control if box.key == "shared-lags-by")


@pytest.fixture
def failed(checked, trust):
    """The same run, its attention at lags that do not count."""
    checks = tuple(
        replace(check, verdict="fail") if check.name == "lags" else check for check in trust.checks
    )
    checked.write_trust(replace(trust, checks=checks))
    return checked


def test_explain_shows_what_moves_the_forecast_for_all_steps_and_for_each(visit, checked, trust):
    at = visit("explain", run="checked")
    assert _switch(at).value == "attention"
    _set(at, "shared-lags-by", "attribution")
    at.selectbox(key="shared-order").set_value("table").run()
    for step, moves in {None: trust.lag_attribution, **trust.lag_attribution_by_step}.items():
        at.selectbox(key="explain-lags-of-step-checked").set_value(step).run()
        within, together = _maps(at).items()
        assert within[0].startswith("Within ")
        drivers = moves.iloc[:2]
        shares = drivers.div(drivers.sum(axis=1), axis=0)
        np.testing.assert_allclose(within[1][:2], shares, rtol=1e-6)
        assert not within[1][2:].any()  # the others move next to nothing
        assert "on average, " + ("2 steps" if step is None else f"step {step}") in together[0]
        np.testing.assert_allclose(together[1], moves / moves.to_numpy().sum(), rtol=1e-6)
        name, lag = moves.stack().idxmax()
        named = f"Changing {short(name)} at lag {lag} moves the forecast of {HOSTILE[-1]} most"
        assert named in together[0]


def test_the_choice_goes_with_the_visitor_from_page_to_page(visit, checked, named_by_strangers):
    model, table, _ = named_by_strangers
    at = _set(visit("overview", run="checked"), "shared-lags-by", "attribution")
    assert _switch(visit("explain", at)).value == "attribution"
    visit("explore", at)
    assert next(b for b in at.segmented_control if b.key == "explore-map").value == "attribution"
    (title,) = (title for title in _maps(at) if title.startswith("Another value of"))
    row = table.frame.index.get_loc(at.query_params["at"].replace("T", " "))
    one = model.explain_one(table, row)
    moves = model.attribute_one(table, one)[0]
    n, t = np.unravel_index(moves.argmax(), moves.shape)
    assert f"of {short(one.variables[n])} at lag {len(one.lags) - t} would" in title
    np.testing.assert_allclose(_maps(at)[title], moves[:, ::-1], rtol=1e-4)
    for way in ("contribution", "attention"):  # both are what importance is made of
        _set(at, "explore-map", "attribution")
        assert _switch(visit("overview", at)).value == "attribution"
        _set(visit("explore", at), "explore-map", way)
        assert _switch(visit("explain", at)).value == "attention"
        visit("explore", at)
        assert next(b for b in at.segmented_control if b.key == "explore-map").value == way


def test_before_the_checks_there_is_attention_alone_but_one_forecast_can_be_asked(visit, checked):
    checked.trust_path.unlink()
    at = visit("overview", run="checked")
    assert _switch(at).disabled
    assert any("have not been run yet" in caption.value for caption in at.caption)
    _set(visit("explore", at), "explore-map", "attribution")
    assert any(title.startswith("Another value of") for title in _maps(at))
    assert _switch(visit("overview", at)).value == "attention"


def test_attention_at_the_wrong_lags_comes_second(visit, failed):
    at = visit("explain", run="checked")
    assert _switch(at).value == "attribution"
    assert any("failed the check of its lags" in caption.value for caption in at.caption)
    _set(at, "shared-lags-by", "attention")
    assert _switch(visit("overview", at)).value == "attention"


def test_another_part_is_told_of_which_part_the_attribution_is(visit, checked):
    at = _set(visit("explain", run="checked"), "shared-lags-by", "attribution")
    told = "Attribution was measured on the test part."
    assert told not in [caption.value for caption in at.caption]
    _set(at, "explain-part", "validation")
    assert told in [caption.value for caption in at.caption]
