"""What the studies of accuracy compute beside the training itself, on tiny data."""

import dataclasses
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
import torch

from benchmarks import accuracy, boosting, data, lags, paper_study, report, trials
from imv_core import Settings, read_table
from imv_core.synthetic.worlds import additive_lags
from imv_core.training.preparation import prepare
from imv_core.windows.windows import Windows

ROWS, LOOKBACK = 400, 8


@pytest.fixture(autouse=True)
def _few_rounds(monkeypatch):
    monkeypatch.setattr(boosting, "ROUNDS", (5, 20))


def _windows(frame: pd.DataFrame, horizon: int = 2) -> tuple[Windows, Windows, Windows]:
    settings = Settings("y", lookback=LOOKBACK, horizon=horizon)
    table = read_table(frame, name="tiny")
    scaling, split, train, validation = prepare(table, settings)
    return train, validation, Windows(table, scaling, split, "test", LOOKBACK)


# Boosting: the same windows, and nothing but the past


def test_lags_are_the_rows_before_the_forecast_oldest_first():
    frame = additive_lags(ROWS, seed=0).frame
    train, *_ = _windows(frame)
    features = boosting.lags(train).reshape(len(train), LOOKBACK, -1)
    learnt_from = frame.iloc[: int(0.7 * ROWS)]
    scaled = (frame - learnt_from.median()) / learnt_from.std(ddof=0)
    for w in (0, 7):
        origin = train.origins[w]
        rows = scaled.iloc[origin - LOOKBACK + 1 : origin + 1]
        np.testing.assert_allclose(features[w], rows, atol=1e-5)


def test_boosting_does_not_see_what_comes_after_a_forecasts_origin():
    frame = additive_lags(ROWS, seed=0).frame
    changed = frame.copy()
    changed.iloc[-20:] = frame.iloc[-20:].to_numpy() * 3 + 50
    before, after = (boosting.forecast(*_windows(f)) for f in (frame, changed))
    origins = _windows(frame)[2].origins
    unchanged = origins < ROWS - 20
    assert 0 < unchanged.sum() < len(origins)
    np.testing.assert_array_equal(before[unchanged], after[unchanged])
    assert (before[~unchanged] != after[~unchanged]).any()


def test_boosting_learns_nothing_from_the_test_part():
    frame = additive_lags(ROWS, seed=0).frame
    train, validation, test = _windows(frame)
    backwards = frame.copy()
    backwards.iloc[int(0.85 * ROWS) :] = frame.iloc[int(0.85 * ROWS) :].to_numpy()[::-1]
    others = _windows(backwards)
    np.testing.assert_array_equal(
        boosting.forecast(train, validation, test),
        boosting.forecast(others[0], others[1], test),
    )


def test_boosting_finds_a_planted_rule_and_chooses_the_change_where_the_level_drifts():
    rng = np.random.default_rng(0)
    x = rng.choice([-1.0, 1.0], ROWS)
    steps = np.concatenate([[0.0], x[:-1]])  # y moves by what x was a row before
    index = pd.date_range("2020-01-01", periods=ROWS, freq="h", name="time")
    frame = pd.DataFrame({"y": np.cumsum(steps + 0.5), "x": x}, index=index)
    train, validation, test = _windows(frame, horizon=1)
    errors = boosting.forecast(train, validation, test) - test.actual
    steady = test.last_known[:, None] - test.actual
    assert np.sqrt((errors**2).mean()) < 0.3 * np.sqrt((steady**2).mean())


def test_boosting_leaves_out_targets_that_are_missing():
    frame = additive_lags(ROWS, seed=0).frame
    frame.iloc[100:130, 0] = np.nan
    frame.iloc[300:303, 0] = np.nan  # in the validation part
    forecast = boosting.forecast(*_windows(frame))
    assert np.isfinite(forecast).all()


# The log


def test_trials_are_done_once_and_gone_on_with_from_the_log(tmp_path):
    path, done = tmp_path / "log.jsonl", []

    def run_trial(trial: trials.Trial) -> trials.Result:
        done.append(trial["number"])
        if trial["number"] == 4:
            raise ValueError("meant to fail")
        return {"square": trial["number"] ** 2}

    planned = [{"number": n} for n in (3, 1, 2)]
    log = trials.Log(path)
    log.keep({"number": 1}, {"square": -1})  # as if it had come before an interruption
    with ThreadPoolExecutor(1) as pool:
        with pytest.raises(ExceptionGroup, match="1 of 3 trials failed"):
            trials.run(run_trial, [{"number": 4}, *planned, {"number": 3}], log, pool)
        assert done == [4, 3, 2]
        results = trials.run(run_trial, planned, trials.Log(path), pool)
    assert results == [{"square": 9}, {"square": -1}, {"square": 4}]
    assert done == [4, 3, 2]  # nothing was done again


def test_processes_have_one_thread_whatever_the_machine_has(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    with trials.processes(1) as pool:
        assert pool.submit(torch.get_num_threads).result() == 1
        assert pool.submit(os.getenv, "OMP_NUM_THREADS").result() == "1"


def test_a_line_that_a_kill_cut_off_is_done_again_and_spoils_no_other(tmp_path):
    path = tmp_path / "log.jsonl"
    log = trials.Log(path)
    log.keep({"n": 1}, {"r": 1.5})
    log.keep({"n": 2}, {"r": 2.5})
    path.write_text(path.read_text()[:-9])
    again = trials.Log(path)
    assert {"n": 1} in again
    assert {"n": 2} not in again
    again.keep({"n": 2}, {"r": 3.5})
    assert [trials.Log(path)[{"n": n}]["r"] for n in (1, 2)] == [1.5, 3.5]


def test_a_changed_setting_is_another_trial():
    log = trials.Log(None)
    planned = accuracy.plan(["pm25"])
    log.keep(planned[0], {"rmse": 1.0})
    other = {**planned[0], "settings": {**planned[0]["settings"], "max_epochs": 99}}
    assert planned[0] in log
    assert other not in log


# What is planned


def test_boosting_has_no_seed_so_measured_data_have_it_once_and_worlds_once_each():
    planned = accuracy.plan(["pm25", "additive"])
    count = pd.Series([(t["method"], t["data"]) for t in planned]).value_counts()
    steps, seeds = len(accuracy.HORIZONS), len(accuracy.SEEDS)
    assert count["boosting", "pm25"] == steps
    assert count["boosting", "additive"] == steps * seeds
    assert count["default", "pm25"] == count["textbook", "additive"] == steps * seeds


def test_ours_gets_only_target_horizon_and_seed():
    ours = [t for t in accuracy.plan(data.NAMES) if t["method"] == "default"]
    for trial in ours:
        shared = {key: trial["settings"][key] for key in ("target", "horizon", "seed")}
        assert trial["settings"] == Settings(**shared).to_json()


def test_a_quick_run_trains_every_form_for_two_epochs():
    planned = accuracy.plan(["pm25", "additive"], quick=True)
    planned += paper_study.plan({("tensor", "all"): [None] * 3}, quick=True)["tensor", "all"]
    epochs = {t["settings"]["max_epochs"] for t in planned if "max_epochs" in t["settings"]}
    assert epochs == {2}


def test_the_textbook_form_decides_on_every_setting_that_could_help_it():
    """A setting that is new must be switched off there, or be put among those that all share."""
    recipe = {"cell", "hidden_size", "patience"}
    of_all = {*accuracy.SHARED, *recipe, "seed", "device"}
    assert {f.name for f in dataclasses.fields(Settings)} - of_all == set(accuracy.TEXTBOOK)


# Tables


def test_the_ratio_is_to_the_rival_with_the_smallest_mean():
    case = {"default": [1.0, 2.0], "textbook": [0.5, 3.0], "ridge": [1.2], "persistence": [4.0]}
    assert accuracy.ratio_to_best_rival(case) == pytest.approx(1.5 / 1.2)


def _outcome(method: str, seed: int, **result: float) -> tuple[trials.Trial, trials.Result]:
    settings = {"horizon": 1, "seed": seed}
    return {"method": method, "data": "pm25", "seed": seed, "settings": settings}, result


def test_tables_hold_means_and_spreads_and_mark_the_best():
    simple = {"persistence_rmse": 25.0, "ridge_rmse": 20.0}
    outcomes = [
        _outcome("default", 0, rmse=18.0, seconds=9.0, coverage=0.9, **simple),
        _outcome("default", 1, rmse=20.0, seconds=9.0, coverage=0.9, **simple),
        _outcome("textbook", 0, rmse=30.0, seconds=8.0, coverage=0.8, persistence_rmse=0.0),
        _outcome("boosting", 0, rmse=21.125, seconds=7.0),
    ]
    head, rule, row = accuracy.error_table(accuracy.errors(outcomes, "rmse")).splitlines()
    assert [cell.strip() for cell in row.strip("|").split("|")] == [
        *("pm25", "1", "**19.00 (18.00–20.00)**", "30.00", "21.12", "20.00", "–", "25.00"),
        "0.950",
    ]
    assert head.count("|") == rule.count("|") == row.count("|")
    assert "| pm25 | 1 | 0.9000 | 9.000 | 8.000 | 7.000 |" in accuracy.cost_table(outcomes)


@pytest.mark.parametrize(
    ("value", "text"),
    [(18.7, "18.70"), (0.12345, "0.1235"), (123.456, "123.5"), (5432.1, "5432"), (0.0, "0.000")],
)
def test_numbers_have_four_digits(value, text):
    assert report.number(value) == text


# Lags and the paper's study


def test_lags_of_all_worlds_are_counted_together():
    outcomes = [
        (
            {"data": world, "settings": {"cell": "tensor", "attention": "inputs"}},
            {"exact": exact, "auroc": 1.0, "over_floor": 1.5, "seconds": 2.0},
        )
        for world, exact in [("switching", [True, False]), ("additive", [True, True])]
    ]
    rows = lags.table(outcomes).splitlines()[2:]
    assert rows == [
        "| additive | tensor | inputs | 2 of 2 | 1.000 | 1.500 | 2.000 |",
        "| switching | tensor | inputs | 1 of 2 | 1.000 | 1.500 | 2.000 |",
        "| all worlds | tensor | inputs | 3 of 4 | 1.000 | 1.500 | 2.000 |",
    ]


def test_half_of_the_variables_keeps_the_targets_past_and_the_highest_others():
    ranking = pd.Series({"a": 0.1, "pm2.5": 0.0, "b": 0.4, "c": 0.3, "d": 0.2, "e": 0.0})
    assert paper_study.top_half(ranking) == ("pm2.5", "b", "c")
    draws = {paper_study.random_half(list(ranking.index), seed) for seed in range(20)}
    assert len(draws) > 5
    assert all(len(set(draw)) == 3 and draw[0] == "pm2.5" for draw in draws)


def test_correlations_are_those_of_the_training_part():
    frame = additive_lags(ROWS, seed=0).frame
    frame["copy"] = -2 * frame["y"] + 1
    frame.iloc[int(0.7 * ROWS) :, frame.columns.get_loc("copy")] = 5.0  # says nothing later on
    r = paper_study.correlations(read_table(frame, name="tiny"), Settings("y"))
    assert r["y"] == pytest.approx(1)
    assert r["copy"] == pytest.approx(1)
    assert r["x1"] < 0.3
