"""Marking explanations against planted truth: by hand, and rivals on a small world."""

import numpy as np
import pandas as pd
import pytest

from benchmarks import boosting, marking, rivals, trials, truth, truth_tables
from benchmarks.marking import Scores
from imv_core import Settings, read_table
from imv_core.model.linear import Moments
from imv_core.synthetic.worlds import WORLDS, PlantedWorld, additive
from imv_core.training.preparation import prepare

WORLD = PlantedWorld(
    frame=pd.DataFrame(),
    target="y",
    lags={"a": (2,), "b": (3,)},
    noise=0.3,
    copies={"a": ("twin",)},
    neutral=frozenset({"twin", "y"}),
)


def _scores(**values: float) -> pd.Series:
    return pd.Series(values)


def _cells(rows: dict[str, list[float]]) -> pd.DataFrame:
    return pd.DataFrame.from_dict(rows, orient="index", columns=[1, 2, 3])


# Marking, by hand


def test_variables_that_do_not_act_before_a_driver_cost_and_neutral_ones_do_not():
    scores = _scores(twin=9, y=8, a=5, c=4, b=3, d=2, e=1)
    found = marking.marks(Scores(variables=scores), WORLD)
    assert found["auroc"] == pytest.approx(5 / 6)  # of six pairs only c before b is wrong
    assert found["auprc"] == pytest.approx((1 / 1 + 2 / 3) / 2)
    assert set(found) == {"auroc", "auprc"}


def test_equal_scores_are_a_guess():
    found = marking.marks(Scores(variables=_scores(a=1, b=1, c=1, d=1, y=7)), WORLD)
    assert found == {"auroc": 0.5, "auprc": 0.5}


def test_cells_are_marked_against_planted_cells_without_neutral_rows():
    cells = _cells({"twin": [9, 9, 9], "a": [0, 6, 1], "b": [5, 0, 4], "c": [2, 0, 3]})
    found = marking.marks(Scores(cells=cells), WORLD)
    assert found["exact"] == 1  # a at 2; b peaks at 1 and not at 3
    assert found["cell_auroc"] == pytest.approx(13 / 14)  # b at 1 comes before b at 3
    assert found["cell_auprc"] == pytest.approx((1 / 1 + 2 / 3) / 2)
    assert "auroc" not in found


def test_a_map_of_rows_that_sum_to_1_scores_lags_alone():
    rows = _cells({"a": [0.1, 0.8, 0.1], "b": [0.1, 0.1, 0.8], "c": [0.0, 0.0, 1.0]})
    assert marking.marks(Scores(rows=rows), WORLD) == {"exact": 2}


def test_where_nothing_is_planted_nothing_is_right_or_wrong():
    scores = _scores(a=1, b=2)
    empty = PlantedWorld(pd.DataFrame(), "y", lags={}, noise=1.0)
    assert marking.marks(Scores(scores), empty) == {}


def test_exact_lags_are_marked_for_each_driver_and_lag():
    cells = _cells({"a": [0.1, 0.7, 0.2], "b": [0.5, 0.3, 0.2]})
    assert marking.exact_lags(cells, {"a": (2,), "b": (3, 1)}) == [True, False, True]
    assert marking.exact_lags(_cells({"a": [0, 0, 0]}), {"a": (1,)}) == [False]  # no peak


# Rivals


@pytest.fixture(scope="module")
def small():
    """An additive world with its parts and its truth."""
    world = additive(rows=1500, seed=0)
    table = read_table(world.frame, name="additive")
    prepared = prepare(table, Settings("y"))
    return world, prepared, prepared.train.for_part("test")


def test_both_rivals_find_drivers_and_lags_and_see_nothing_in_the_rest(small, monkeypatch):
    monkeypatch.setattr(boosting, "ROUNDS", (20, 60))
    world, (scaling, _, train, validation), test = small
    linear = Moments.from_windows(train).ridge(validation)
    floor = world.noise * world.frame["y"].std()
    for predict in (boosting.fit(train, validation).predict, rivals.ridge(linear, scaling)):
        scores = rivals.permutation(predict, test, scaling)
        found = marking.marks(scores, world)
        assert found == {
            **{"auroc": 1.0, "auprc": 1.0, "cell_auroc": 1.0, "cell_auprc": 1.0},
            "exact": 3,
        }
        rest = scores.variables.drop(list(world.lags))
        assert rest.abs().max() < 0.05 * scores.variables[list(world.lags)].min()
        assert rivals.rmse(predict, test) < 1.6 * floor


def test_ridge_as_a_rival_forecasts_what_it_forecasts_in_the_core(small):
    _, (scaling, _, train, validation), test = small
    linear = Moments.from_windows(train).ridge(validation)
    ours = rivals.ridge(linear, scaling)(boosting.lags(test), test.last_known)
    np.testing.assert_allclose(ours, linear.predict(test, scaling), rtol=1e-5)


def test_shuffling_a_driver_raises_the_error_by_its_strength(small):
    """Of `y = c x + rest`: the mean square rises by twice the variance of c x."""
    world, (scaling, _, train, validation), test = small
    linear = Moments.from_windows(train).ridge(validation)
    predict = rivals.ridge(linear, scaling)
    scores = rivals.permutation(predict, test, scaling)
    driver, (lag,) = next(iter(world.lags.items()))
    at = (test.lookback - lag) * test.variables + scaling.variables.index(driver)
    part = linear.coefficients[0, at] * scaling.spread[0] * boosting.lags(test)[:, at].std()
    before = rivals.rmse(predict, test)
    expected = np.sqrt(before**2 + 2 * part**2) - before
    assert scores.cells.loc[driver, lag] == pytest.approx(expected, rel=0.1)
    assert scores.variables[driver] == pytest.approx(expected, rel=0.1)


def test_a_forecast_of_change_loses_its_start_when_the_targets_last_row_is_shuffled():
    rng = np.random.default_rng(0)
    x = rng.standard_normal(600)
    time = pd.date_range("2024-01-01", periods=600, freq="h", name="time")
    y = np.cumsum(np.concatenate([[0.0], x[:-1]]))
    table = read_table(pd.DataFrame({"y": y, "x": x}, index=time), name="walk")
    scaling, _, train, validation = prepare(table, Settings("y", lookback=3, predict="change"))
    test = train.for_part("test")
    predict = rivals.ridge(Moments.from_windows(train).ridge(validation), scaling)
    scores = rivals.permutation(predict, test, scaling)
    spread = test.last_known.std()
    assert rivals.rmse(predict, test) < 0.05
    assert scores.variables["y"] == pytest.approx(2**0.5 * spread, rel=0.1)
    assert scores.cells.loc["y", 1] == pytest.approx(2**0.5 * spread, rel=0.1)
    assert scores.cells.loc["y", [2, 3]].abs().max() < 0.05 * spread
    assert scores.cells.loc["x", 1] == pytest.approx(2**0.5, rel=0.1)


# A trial


def test_default_settings_are_tried_in_every_world_with_every_seed():
    planned = truth.plan(WORLDS, seeds=2)
    assert [(t["data"], t["settings"]["seed"]) for t in planned[:3]] == [
        *(("additive", 0), ("additive", 1), ("nonlinear", 0)),
    ]
    assert len(planned) == 2 * len(WORLDS)
    for trial in planned:
        assert trial["settings"] == Settings("y", seed=trial["settings"]["seed"]).to_json()


def test_a_trial_marks_every_explanation_and_its_result_is_kept_as_it_is(monkeypatch, tmp_path):
    monkeypatch.setattr(boosting, "ROUNDS", (5, 20))
    (trial,) = truth.plan(["copies"], seeds=1, quick=True)
    trial = {**trial, "rows": 500}
    result = truth.run_trial(trial)
    for name in truth_tables.EXPLANATIONS:
        assert any(key.startswith(f"{name}_") for key in result), name
    assert result["planted"] == 3
    assert result["attribution_auroc"] > 0.8
    assert result["attribution_exact"] >= 2
    assert result["ridge_over_floor"] < 3
    assert result["redundancy_is_right"]
    assert result["first_share"] > 1 / 9
    log = trials.Log(tmp_path / "log.jsonl")
    log.keep(trial, result)
    assert trials.Log(tmp_path / "log.jsonl")[trial] == result
    tables = truth_tables.tables([(trial, result)])
    assert "| copies |" in tables["AUROC of drivers"]


# Tables


def _outcome(world: str, seed: int, **result):
    shared = {"planted": 3, "verdict": "rely", "first_share": 0.4, "redundancy_is_right": True}
    return {"data": world, "settings": {"seed": seed}}, shared | result


OUTCOMES = [
    _outcome("additive", 0, importance_auroc=1.0, temporal_exact=3, attribution_exact=3),
    _outcome("additive", 1, importance_auroc=0.9, temporal_exact=2, attribution_exact=3),
    _outcome("copies", 1, importance_auroc=0.75, temporal_exact=0, first_share=0.375),
    _outcome("copies", 2, importance_auroc=0.75, verdict="caution", redundancy_is_right=False),
    _outcome("no_signal", 0, planted=0, verdict="do not rely", first_share=None),
    _outcome("no_signal", 1, planted=0, verdict="caution", first_share=None),
]
BY_WORLD = {
    name: [result for trial, result in OUTCOMES if trial["data"] == name]
    for name in ("additive", "copies", "no_signal")
}


def _rows(table: str) -> dict[str, list[str]]:
    """The cells of a table by the first of each row."""
    lines = [[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()]
    assert len({len(line) for line in lines}) == 1
    return {first: rest for first, *rest in lines}


def test_in_the_summary_worlds_count_alike_and_lags_only_where_they_are_clear():
    rows = _rows(truth_tables.summary(BY_WORLD))
    assert rows["I"] == ["0.8500", ">= 0.97", "–", ""]
    assert rows["T"] == ["–", "", "5 of 6 (83.3%)", ">= 0.95"]
    assert rows["occlusion, another window"] == ["–", ">= 0.99", "6 of 6 (100.0%)", ">= 0.95"]
    assert rows["ridge, permutation"] == ["–", "", "–", ""]


def test_verdicts_are_counted_and_judged_by_what_was_planted():
    rows = _rows(truth_tables.verdicts(BY_WORLD))
    never, always = "never 'do not rely'", "always 'do not rely'"
    counts = "rely {}, caution {}, do not rely {}".format
    assert rows["additive"] == [counts(2, 0, 0), never, "yes", "2 of 2"]
    assert rows["copies"] == [counts(1, 1, 0), never, "yes", "1 of 2"]
    assert rows["no_signal"] == [counts(0, 1, 1), always, "no", "2 of 2"]


def test_marks_and_lags_have_a_dash_where_nothing_is_planted():
    rows = _rows(truth_tables.marks(BY_WORLD, "auroc"))
    assert rows["world"] == ["I"]  # no other was marked
    assert [rows[name] for name in ("additive", "no_signal", "mean")] == [
        ["0.9500 (0.9000–1.000)"],
        ["–"],
        ["0.8500"],
    ]
    lags = _rows(truth_tables.exact(BY_WORLD))
    assert lags["world"] == ["T", "occlusion, another window"]
    assert lags["copies"] == ["0 of 3", "–"]
    assert lags["all"] == ["5 of 9", "6 of 6"]


def test_copies_stand_beside_the_driver_of_the_same_seed():
    tables = truth_tables.tables(OUTCOMES)
    rows = _rows(tables["Share of I of the first driver, with its copies"])
    assert rows["1"] == ["0.3750", "0.4000", "yes"]
    assert rows["2"] == ["0.4000", "–", "no"]


def test_errors_are_those_over_what_nobody_can_forecast():
    figures = {"model_over_floor": 1.01, "boosting_over_floor": 1.2, "ridge_over_floor": 1.0}
    seconds = {"seconds_fit": 9.0, "seconds_check": 20.0, "seconds_rivals": 5.0}
    _, result = _outcome("additive", 0, **figures, **seconds)
    rows = _rows(truth_tables.errors({"additive": [result]}))
    assert rows["additive"] == ["1.010", "1.200", "1.000", "9.000", "20.00", "5.000"]
