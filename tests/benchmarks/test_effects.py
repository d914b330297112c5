"""Scoring the decomposition of a forecast by true effects: by hand, and one small training."""

import numpy as np
import pandas as pd
import pytest

from benchmarks import effect_marks, effects, effects_table, marking, trials, truth
from benchmarks.marking import Scores
from imv_core import Settings
from imv_core.synthetic.effect_worlds import WORLDS, near_copies, own_absent, own_half

ROWS, TRAIN = np.arange(340, 400), 280


@pytest.fixture(scope="module")
def half():
    """A world of which half of the own past acts, and its true contributions."""
    world = own_half(rows=400, seed=0)
    return world, world.true_contribution(ROWS, TRAIN)


def test_true_contributions_have_full_scores(half):
    world, true = half
    found = effect_marks.contribution_marks(true, true, world)
    assert found == pytest.approx({"signs": 1.0, "slope": 1.0, "correlation": 1.0})


def test_a_turned_sign_and_a_wrong_size_show_in_their_variable(half):
    world, true = half
    driver = list(world.lags)[1]
    turned = effect_marks.contribution_marks(true.assign(**{driver: -true[driver]}), true, world)
    assert turned["correlation"] == pytest.approx(-1.0)
    assert turned["slope"] == pytest.approx(-1.0)
    counts = true[list(world.lags)].abs() > 0.25 * effect_marks.noise_size(world)
    assert turned["signs"] == pytest.approx(1 - counts[driver].sum() / counts.to_numpy().sum())
    doubled = effect_marks.contribution_marks(true.assign(y=2 * true["y"]), true, world)
    assert doubled == pytest.approx({"signs": 1.0, "slope": 2.0, "correlation": 1.0})


def test_a_sign_counts_only_where_the_true_contribution_is_not_tiny(half):
    world, true = half
    bound = 0.25 * effect_marks.noise_size(world)
    wrong = true.where(true.abs() > bound, -true)
    assert effect_marks.contribution_marks(wrong, true, world)["signs"] == 1.0


def test_copies_are_marked_by_their_sum():
    world = near_copies(rows=400, seed=0)
    true = world.true_contribution(ROWS, TRAIN)
    (driver, other), _ = world.groups
    shift = pd.Series(np.random.default_rng(0).standard_normal(len(true)) * 1e3, true.index)
    found = true.assign(**{driver: true[driver] + shift, other: true[other] - shift})
    assert effect_marks.contribution_marks(found, true, world) == pytest.approx(
        {"signs": 1.0, "slope": 1.0, "correlation": 1.0}
    )
    shares = pd.Series(0.1, index=world.effects.index)
    assert effect_marks.together(shares, world)[driver] == pytest.approx(0.2)
    assert other not in effect_marks.together(shares, world)


def test_importance_that_lies_on_the_copy_finds_the_driver():
    world = near_copies(rows=50, seed=0)
    on_copies = pd.Series(0.0, index=world.effects.index)
    for driver, *alike in [*world.groups, (list(world.lags)[2], list(world.lags)[2])]:
        on_copies[alike] = 1.0
        assert driver in world.lags
    scores = effect_marks.scores_together(Scores(on_copies), world)
    assert marking.marks(scores, world)["auroc"] == 1.0


def test_a_missing_contribution_shows_in_the_sum(half):
    _, true = half
    base = pd.Series(100.0, true.index)
    forecast = 100.0 + true.sum(axis=1)
    assert effect_marks.sum_gap(true, base, forecast) < 1e-12
    without = effect_marks.sum_gap(true.drop(columns="y"), base, forecast)
    assert without == pytest.approx(true["y"].abs().max() / forecast.std())


def test_the_own_past_is_an_error_of_the_ranking_where_it_does_not_act():
    world = own_absent(rows=50, seed=0)
    scores = pd.Series(0.01, index=world.effects.index)
    scores[list(world.lags)] = [0.2, 0.3, 0.4]
    assert marking.marks(Scores(scores), world)["auroc"] == 1.0
    scores["y"] = 0.5
    assert marking.marks(Scores(scores), world)["auroc"] == pytest.approx(1 - 1 / 6)


# A trial


def test_default_settings_are_tried_in_every_world_with_every_seed():
    planned = truth.plan(WORLDS, seeds=2)
    assert len(planned) == 2 * len(WORLDS)
    for trial in planned:
        assert trial["settings"] == Settings("y", seed=trial["settings"]["seed"]).to_json()


@pytest.mark.parametrize("name", ["near_copies", "trend_season"])
def test_a_trial_scores_the_decomposition_and_keeps_its_result(name, tmp_path):
    (trial,) = truth.plan([name], seeds=1, quick=True)
    trial = {**trial, "rows": 600}
    result = effects.run_trial(trial)
    assert result["planted"] == 3
    assert result["importance_auroc"] > 0.6
    assert result["sum"] < 1e-4
    assert result["what_if_effect"] < 1
    assert result["over_floor"] < 4
    has_truth = name != "trend_season"
    assert {"signs", "slope", "correlation", "own", "own_true"} <= set(result) or not has_truth
    assert ("own" in result) == has_truth
    log = trials.Log(tmp_path / "log.jsonl")
    log.keep(trial, result)
    assert trials.Log(tmp_path / "log.jsonl")[trial] == result
    assert f"| {name} |" in effects_table.table([(trial, result)])


# The table


def _outcome(world: str, **result):
    shared = {"planted": 3, "verdict": "rely", "sum": 1e-6, "temporal_exact": 3}
    return {"data": world}, shared | result


OUTCOMES = [
    _outcome("own_absent", own=0.01, own_true=0.0, own_first=False, signs=1.0),
    _outcome("own_absent", own=0.36, own_true=0.0, own_first=False, signs=0.9),
    _outcome("unit_root", own=0.85, own_true=0.9, own_first=True, signs=1.0, sum=0.5, planted=4),
    _outcome("trend_season", importance_auroc=0.99, verdict="caution"),
]


def _rows(table: str) -> dict[str, dict[str, str]]:
    lines = [[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()]
    heads, _, *rows = lines
    return {row[0]: dict(zip(heads[1:], row[1:], strict=True)) for row in rows}


def test_the_table_has_each_world_and_bold_misses():
    rows = _rows(effects_table.table(OUTCOMES))
    absent, walk, hidden = (rows[name] for name in ("own_absent", "unit_root", "trend_season"))
    assert absent["own past's share of I"] == "0.1850 (0.01000–0.3600)"
    assert absent["largest error"] == "**0.3600**"
    assert walk["largest error"] == "0.05000"
    assert (walk["own past first on walks"], absent["own past first on walks"]) == ("1 of 1", "–")
    assert absent["signs of contributions"] == "**0.9500 (0.9000–1.000)**"
    assert walk["largest gap of the sum"] == "**0.5000**"
    assert (walk["exact lags by T"], absent["exact lags by T"]) == ("**3 of 4**", "6 of 6")
    assert hidden["AUROC by I"] == "0.9900"
    assert hidden["largest error"] == hidden["signs of contributions"] == "–"
    assert rows["all"]["verdicts"] == "rely 3, caution 1"
    assert rows["wanted"]["signs of contributions"] == ">= 0.98"


def test_a_walk_on_which_the_own_past_does_not_come_first_is_marked():
    _, result = _outcome("unit_root", own=0.3, own_true=0.9, own_first=False)
    rows = _rows(effects_table.table([({"data": "unit_root"}, result)]))
    assert rows["unit_root"]["own past first on walks"] == "**0 of 1**"
