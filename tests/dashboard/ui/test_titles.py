"""What figures are of, whom their titles name, and where the contributions to a forecast start."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dashboard.figures.theme import LIGHT
from dashboard.pages.explain import panels as explanation
from dashboard.pages.explain import panels as over_time
from dashboard.pages.explore import panels as window
from dashboard.pages.explore.what_if import panels as what_if
from dashboard.pages.train import panels as training
from dashboard.pages.train.comparison import panels as comparison
from dashboard.pages.trust import panels as panels_of_trust
from dashboard.report import html
from dashboard.ui import titles as subject
from dashboard.wording import short
from imv_core import IMVForecaster, read_table
from imv_core.runs.run import Run
from imv_core.training.history import EpochRecord

ROWS = 420
SMALL = {"max_epochs": 1, "hidden_size": 2, "lookback": 4}
INPUTS = ("load", "copy", "wind")


def _series(rng, memory):
    values, news = np.zeros(ROWS), rng.normal(size=ROWS)
    for t in range(1, ROWS):
        values[t] = memory * values[t - 1] + news[t]
    return values


@pytest.fixture(scope="module")
def walk():
    """A walk whose steps are those of `load` two rows ago; `copy` is `load` with a little noise."""
    rng = np.random.default_rng(2)
    load, wind = _series(rng, 0.8), _series(rng, 0.5)
    steps = np.concatenate([np.zeros(2), 0.5 * load[:-2]]) + 0.1 * rng.normal(size=ROWS)
    columns = {"load": load, "copy": load + 0.05 * rng.normal(size=ROWS), "wind": wind}
    times = pd.date_range("2024-01-01", periods=ROWS, freq="h", name="time")
    return read_table(pd.DataFrame({**columns, "y": 50 + steps.cumsum()}, times), name="walk")


@pytest.fixture(scope="module")
def follower():
    """The copies alone drive it, two rows later; its change is forecast all the same."""
    rng = np.random.default_rng(3)
    load, wind = _series(rng, 0.8), _series(rng, 0.5)
    y = 60 + 4 * np.roll(load, 2) + 0.2 * rng.normal(size=ROWS)
    columns = {"load": load, "copy": load + 0.05 * rng.normal(size=ROWS), "wind": wind, "y": y}
    times = pd.date_range("2024-01-01", periods=ROWS, freq="h", name="time")
    return read_table(pd.DataFrame(columns, times), name="follower")


@pytest.fixture(scope="module")
def of_change(walk):
    """Forecasts the change, and sees the target's own past."""
    return IMVForecaster("y", predict="change", **SMALL).fit(walk)


@pytest.fixture(scope="module")
def without_own(walk):
    """Forecasts the change, and does not see the target's own past."""
    return IMVForecaster("y", INPUTS, predict="change", **SMALL).fit(walk)


@pytest.fixture(scope="module")
def paper(walk):
    """The same change by the paper's objective."""
    return IMVForecaster("y", predict="change", objective="em", **SMALL).fit(walk)


@pytest.fixture(scope="module")
def over_states(walk):
    """The same change with the paper's attention."""
    return IMVForecaster("y", predict="change", attention="states", **SMALL).fit(walk)


@pytest.fixture(scope="module")
def copied(follower):
    """Its drivers cannot be told apart."""
    return IMVForecaster("y", predict="change", **SMALL).fit(follower)


def _figures(shown):
    return [
        explanation.importance(shown, "y", LIGHT),
        explanation.importance_by_step(shown, LIGHT),
        explanation.temporal_map(shown, "", LIGHT),
        explanation.joint_map(shown, "", LIGHT),
        over_time.over_time(shown, LIGHT),
        over_time.by_calendar(shown, "hour", LIGHT),
    ]


def test_every_title_says_whether_it_is_of_the_forecast_or_of_the_change(of_change, walk):
    for of in ("forecast", "change"):
        panels = _figures(of_change.explain(walk, of=of))
        assert [p.title for p in panels if f" for the {of}" not in p.title] == []
        assert {p.explains for p in panels} == {of}


def test_where_the_level_is_forecast_no_title_says_it(forecaster, table):
    titles = [panel.title for panel in _figures(forecaster.explain(table))]
    assert [title for title in titles if "for the" in title] == []


def test_a_walk_is_carried_by_its_own_past_and_its_change_by_what_drives_it(of_change, walk):
    title = explanation.importance(of_change.explain(walk), "y", LIGHT).title
    assert title.startswith("The past of y itself carries 9")
    change = of_change.explain(walk, of="change")
    assert explanation.importance(change, "y", LIGHT).title.startswith("load and copy together")


def test_drivers_that_cannot_be_told_apart_are_named_together(copied, follower):
    shown = copied.explain(follower)
    assert shown.groups == (("load", "copy"),)
    importance, _, within, joint, *_ = _figures(shown)
    share = shown.variable_importance[["load", "copy"]].sum()
    assert importance.title.startswith(f"load and copy together carry {share:.0%} of")
    by_lag = shown.joint_importance.loc[["load", "copy"]].sum()
    lag = by_lag.idxmax()
    part = f"{by_lag.max() / by_lag.sum():.0%} lies on lag {lag}"
    assert f"Of the importance of load and copy together for the forecast, {part}" in within.title
    assert f"load and copy together at lag {lag} count most" in joint.title
    assert joint.title.endswith(f": {by_lag.max():.1%}")
    both = comparison.importances([shown, shown], ["one", "other"], LIGHT).title
    assert both.startswith("Both rely most on load and copy together: ")
    assert "load and copy together carry" in html(copied, follower, shown)


def test_a_group_is_named_where_one_of_it_alone_is_shown(copied, follower):
    shown = copied.explain(follower)
    title = explanation.temporal_map(shown, "", LIGHT, ["copy", "wind"]).title
    assert "load and copy together" in title
    title = explanation.joint_map(shown, "", LIGHT, ["wind"]).title
    assert "load" not in title
    assert "Of these variables and lags, wind at lag" in title


def test_two_that_cannot_be_told_apart_lead_where_neither_leads_alone(copied, follower):
    shown = copied.explain(follower)
    shares = pd.Series({"load": 0.3, "copy": 0.3, "wind": 0.4, "y": 0.0})
    assert subject.leader(shares, shown.groups) == (("load", "copy"), pytest.approx(0.6))


def test_a_long_group_is_cut_and_the_own_past_in_it_is_called_so():
    names = ("y", "a", "b", "c", "d")
    leader = subject.Leader(names, 1.0)
    assert leader.named("y") == "the past of y itself, a, b and 2 others together"
    assert leader.named("y", begins=True).startswith("The past of y itself, a")
    assert subject.Leader(("the a",), 1.0).named("y", begins=True) == "the a"


def test_without_the_own_past_the_base_is_the_last_known_value(without_own, of_change, walk):
    shown = without_own.explain(walk)
    assert " for the change" in explanation.importance(shown, "y", LIGHT).title
    told = subject.base_note(without_own.fitted.scaling)
    assert "the last known value of y, which is not one of its inputs" in told
    assert subject.base_note(of_change.fitted.scaling) == ""
    one = without_own.explain_one(walk)
    title = window.waterfall(one, 1, LIGHT).title
    assert "the last known value of y and what is added to every forecast" in title
    last = walk.frame["y"].iloc[-1]
    assert abs(one.base[0] - last) < 0.1 * walk.frame["y"].std()


def test_the_waterfall_of_a_forecast_starts_at_usual_values_and_of_a_change_not(of_change, walk):
    one = of_change.explain_one(walk)
    panel = window.waterfall(one, 1, LIGHT)
    assert ", every input at its usual value, to the forecast" in panel.title
    assert "all as usual" in panel.figure.layout.yaxis.ticktext
    change = window.waterfall(of_change.explain_one(walk, of="change"), 1, LIGHT)
    assert "moves the change most" in change.title
    assert "last known value" in change.figure.layout.yaxis.ticktext
    assert (panel.explains, change.explains) == ("forecast", "change")


def test_what_if_is_of_what_is_explained(of_change, walk):
    for of in ("forecast", "change"):
        before = of_change.explain_one(walk, of=of)
        values = before.values.copy()
        values.iloc[-1, values.columns.get_loc("y")] += 5.0
        panel = what_if.contributions(before, of_change.what_if(before, values), 1, LIGHT)
        assert panel.title.startswith(f"Of all contributions to the {of}, that of y changes most")
        moved = "the last known value, to which they are added, moves by +5.00"
        assert (moved in panel.title) == (of == "change")
        assert f"adds to the {of}" in panel.figure.layout.xaxis.title.text


def test_a_missing_last_value_of_the_target_is_told(of_change, without_own, forecaster, walk):
    frame = walk.frame.copy()
    frame.iloc[-1, frame.columns.get_loc("y")] = np.nan
    gap = read_table(frame, name="gap")
    for model in (of_change, without_own):
        assert subject.filled_note(model.explain_one(walk)) == ""
        told = subject.filled_note(model.explain_one(gap))
        assert told == "y is missing at lag 1: its last known value stands in."
    rest = walk.frame.iloc[-6:].copy()
    rest.loc[rest.index[:5], "y"] = np.nan  # the first rows that there are, but for one forecast
    first = subject.filled_note(of_change.explain_one(read_table(rest, name="first"), 4))
    assert first == "y is missing at lag 1: its usual value stands in."


def test_beside_the_papers_importance_stands_what_is_added_to_the_forecast(paper, of_change, walk):
    shown = paper.explain(walk)
    assert " for the change" in explanation.importance(shown, "y", LIGHT).title
    shares = shown.contribution_importance
    assert shares.sum() == pytest.approx(1)
    assert shares.idxmax() == "y"
    assert shown.variable_importance["y"] < 0.5
    told = subject.contribution_note(shown)
    assert told.startswith("This importance is the paper's: how far a variable explains the change")
    assert f"forecast is shared otherwise: the past of y itself {shares['y']:.0%}" in told
    ours = of_change.explain(walk)
    assert subject.contribution_note(ours) == ""
    pd.testing.assert_series_equal(ours.contribution_importance, ours.variable_importance)


def test_what_is_added_is_the_mean_size_of_the_contributions(paper, walk):
    shown = paper.explain(walk)
    added = shown.windows(slice(None)).contribution
    places = [shown.variables.index(name) for name in ("wind", "y")]  # no copies of others
    sizes = np.abs(added[:, 0, places]).mean(axis=0)
    steered = shown.contribution_importance[["wind", "y"]].to_numpy()
    assert steered[1] / steered.sum() == pytest.approx(sizes[1] / sizes.sum(), abs=0.02)


def test_attention_is_called_so_only_where_lags_do_not_add(paper, over_states, of_change, walk):
    for model, over in ((paper, "Explore"), (over_states, "over states")):
        shown = model.explain(walk)
        assert shown.lags_are_attention
        title = explanation.temporal_map(shown, "", LIGHT).title
        assert title.startswith("Of the attention within ")
        assert " for the change, " in title
        assert " times attention is largest for " in explanation.joint_map(shown, "", LIGHT).title
        assert over in subject.attention_note(shown)
    assert "The last value of y counts at lag 1" in subject.attention_note(
        over_states.explain(walk)
    )
    ours = of_change.explain(walk)
    assert subject.attention_note(ours) == ""
    assert "attention" not in explanation.temporal_map(ours, "", LIGHT).title
    assert "attention" not in explanation.joint_map(ours, "", LIGHT).title


def test_trust_names_copies_together_too(trust):
    first, second, *_ = trust.variables
    copied = replace(trust, redundant=((first, second),))
    together = f"{short(first)} and {short(second)} together"
    importance, attribution = panels_of_trust.maps(copied, "another_window", "", LIGHT)
    assert importance.title.startswith(f"Importance puts {together} at lag")
    assert f"puts {together} at lag" in attribution.title or f"put {together}" in attribution.title
    title = panels_of_trust.variables(copied, LIGHT).title
    assert title.startswith(f"Every way to ask puts {together} first")


def test_a_training_of_an_older_version_is_named_as_such(of_change):
    history, names = of_change.fitted.history, of_change.fitted.scaling.variables
    assert {record.explains for record in history} == {"forecast"}
    assert "older" not in training.forming(history, names, "balanced", LIGHT).title
    written = history[0].to_json()
    del written["explains"]
    old = [EpochRecord.from_json(written)]
    panel = training.forming(old, names, "balanced", LIGHT)
    assert panel.title.endswith(", as older versions counted it")
    assert panel.explains == "change"  # so that no verdict of today stands under it
    assert (
        "older" not in training.forming(old, names, "em", LIGHT).title
    )  # the paper's, then as now


@pytest.fixture
def adopt(runs):
    """Make a finished run of a model."""
    return lambda name, model, table: Run.adopt(runs / name, model, table, name)


def _titles(at):
    assert [e.value for e in (*at.exception, *at.error)] == []
    return [chart.proto.alt for chart in at.get("plotly_chart")]


def _switch(at):
    return [box for box in at.segmented_control if box.key == "shared-explained"]


def test_the_switch_goes_with_the_visitor_and_the_overview_stays_of_the_forecast(
    visit, adopt, of_change, walk
):
    adopt("walk", of_change, walk)
    at = visit("explain", run="walk")
    assert any(title.startswith("The past of y itself carries") for title in _titles(at))
    _switch(at)[0].set_value("change").run()
    assert any("together carry" in t and " for the change" in t for t in _titles(at))
    # the checks are of the forecast: their verdict does not stand under the change
    texts = [text.value for text in at.markdown]
    assert sum("Not checked: the checks are of the forecast." in text for text in texts) == 5
    assert not [link for link in at.main.get("page_link") if link.proto.page.endswith("trust")]
    visit("explore", at)
    assert _switch(at)[0].value == "change"
    together = [title for title in _titles(at) if "load and copy together" in title]
    assert len([title for title in together if "move the change most" in title]) == 2
    at.segmented_control(key="explore-map").set_value("attribution").run()
    assert any("would move the change most" in title for title in _titles(at))
    visit("overview", at)
    assert not _switch(at)
    assert any(title.startswith("The past of y itself carries") for title in _titles(at))
    _switch(visit("explore", at))[0].set_value("forecast").run()
    assert any("would move this forecast most" in title for title in _titles(at))
    assert _switch(visit("explain", at))[0].value == "forecast"


@pytest.mark.parametrize("model", ["without_own", "forecaster", "paper"])
def test_where_both_are_the_same_nothing_is_asked(visit, adopt, request, walk, table, model):
    trained = request.getfixturevalue(model)
    adopt("same", trained, table if model == "forecaster" else walk)
    at = visit("explain", run="same")
    _titles(at)
    assert not _switch(at)
    told = [caption.value for caption in at.caption]
    assert any("not one of its inputs" in text for text in told) == (model == "without_own")
    assert any("This importance is the paper" in text for text in told) == (model == "paper")


def test_the_kept_explanation_is_of_the_forecast_and_the_change_is_kept_apart(
    adopt, of_change, walk
):
    from dashboard import cache

    run = adopt("walk", of_change, walk)
    forecast, change = (cache.explanation_of(run, "test", of) for of in ("forecast", "change"))
    assert (forecast.explains, change.explains) == ("forecast", "change")
    assert cache.explanation(run, "test") is forecast
    assert run.explanation(cache.forecaster(run), walk).explains == "forecast"


def test_copies_are_one_part_of_a_forecast(of_change, walk):
    groups = of_change.explain(walk).groups
    assert groups == (("load", "copy"),)
    alone = of_change.explain_one(walk, of="change")
    one = replace(alone, groups=groups)
    parts = one.by_variable(1)["contribution"]
    panel = window.waterfall(one, 1, LIGHT)
    assert "load and copy together move the change most" in panel.title
    bars = dict(zip(panel.figure.layout.yaxis.ticktext[1:-1], panel.figure.data[0].x, strict=True))
    assert bars["load and copy together"] == pytest.approx(parts["load"] + parts["copy"])
    assert set(bars) == {"load and copy together", "wind", "y"}
    assert set(panel.numbers()["part"]) >= set(walk.frame.columns)  # each by itself
    assert len(window.waterfall(alone, 1, LIGHT).figure.data[0].x) == len(walk.frame.columns)
    by_lag = one.contribution_at(1)
    sums = (by_lag.loc["load"] + by_lag.loc["copy"]).abs()
    title = window.contribution_map(one, 1, list(one.variables), "1 hour", LIGHT).title
    assert f"load and copy together at lag {sums.idxmax()} move the change most" in title
    values = one.values.copy()
    values["load"] += 1.0
    values["copy"] += 1.0
    after = of_change.what_if(one, values)
    assert after.groups == groups
    moved = what_if.contributions(one, after, 1, LIGHT)
    assert "that of load and copy together changes most" in moved.title


def test_copies_are_one_while_a_model_trains(of_change, walk, tmp_path):
    from dashboard import cache

    run = Run.create(tmp_path / "run", of_change.settings, walk)
    assert cache.groups(run) == of_change.explain(walk).groups


def test_numbers_behind_a_waterfall_add_up_to_the_forecast(of_change, walk):
    for of in ("forecast", "change"):
        one = of_change.explain_one(walk, of=of)
        rows = window.waterfall(one, 1, LIGHT).numbers().set_index("part")["value"]
        assert rows.drop(["forecast", "actual"]).sum() == pytest.approx(rows["forecast"])
