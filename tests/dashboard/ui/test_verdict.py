"""The verdict follows from the scores, by rule."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dashboard.ui.verdict import MARGIN, is_skilled, overall, score_table, verdict
from imv_core.faithfulness.checks import skill

NAIVE, SEASONAL, RIDGE = 10.0, 12.0, 8.0


def _scores(rmse, mae=1.0, **others):
    return pd.Series(
        {
            "rmse": rmse,
            "mae": mae,
            "coverage": 0.9,
            "persistence_rmse": NAIVE,
            "persistence_mae": 7.0,
            "ridge_rmse": RIDGE,
            "ridge_mae": 6.0,
            **others,
        }
    )


@pytest.mark.parametrize(
    ("rmse", "kind"),
    [
        (NAIVE + 0.01, "unfit"),
        (NAIVE - 0.01, "caution"),
        (RIDGE * (1 + MARGIN) + 0.01, "caution"),
        (RIDGE * (1 + MARGIN) - 0.01, "equal"),
        (RIDGE, "equal"),
        (RIDGE * (1 - MARGIN) + 0.01, "equal"),
        (RIDGE * (1 - MARGIN) - 0.01, "good"),
    ],
)
def test_the_kind_follows_from_the_best_rival_and_from_persistence(rmse, kind):
    assert verdict(_scores(rmse)).kind == kind


def test_a_model_that_loses_to_persistence_is_unfit_even_where_that_is_the_closest_rival():
    scores = _scores(10.001, ridge_rmse=20.0)
    assert verdict(scores).kind == "unfit"
    assert "repeating the last value forecasts better" in verdict(scores).text


@pytest.mark.parametrize(
    ("rmse", "words"),
    [
        (11.0, ["Do not rely on it", "repeating the last value", "10", "11"]),
        (9.0, ["Caution", "ridge regression", "8", "9"]),
        (8.0, ["As good as", "ridge regression", "8"]),
        (6.0, ["Better than every simple forecast", "25% below ridge regression"]),
    ],
)
def test_the_text_names_the_rival_and_both_errors(rmse, words):
    text = verdict(_scores(rmse)).text
    assert [word for word in words if word not in text] == []


def test_the_season_counts_as_a_rival_where_the_data_has_one():
    text = verdict(_scores(7.0, seasonal_naive_rmse=4.0, seasonal_naive_mae=3.0)).text
    assert "repeating the value of one season before forecasts better" in text


@pytest.mark.parametrize("rmse", [8.0, 6.0])
def test_a_better_rival_by_absolute_error_is_named(rmse):
    remark = (
        "By mean absolute error ridge regression on the same lags is ahead: 6.000 against 6.500."
    )
    assert remark in verdict(_scores(rmse, mae=6.5)).text
    assert "absolute" not in verdict(_scores(rmse, mae=6.0)).text


def test_the_table_is_ordered_by_rmse_and_relative_to_the_model():
    table = score_table(_scores(9.0, mae=5.0, seasonal_naive_rmse=SEASONAL, seasonal_naive_mae=9.0))
    assert list(table["RMSE"]) == [RIDGE, 9.0, NAIVE, SEASONAL]
    assert list(table["MAE"]) == [6.0, 5.0, 7.0, 9.0]
    assert table.index[1] == "IMV-LSTM"
    assert table["relative"].to_list() == [value / 9.0 for value in table["RMSE"]]


def test_a_rival_without_scores_has_no_row():
    assert len(score_table(_scores(9.0))) == 3


def test_the_checks_come_first_and_the_scores_are_told_once(named_by_strangers):
    report, scores = named_by_strangers[2], _scores(6.0)
    (skill,) = (check for check in report.checks if check.name == "skill")
    assert overall(scores, None) == verdict(scores)
    about_the_map = replace(
        report, verdict="caution", reasons=("seeds",), sentence="Caution: seeds differ."
    )
    assert overall(scores, about_the_map).kind == "caution"
    assert overall(scores, about_the_map).text == f"Caution: seeds differ. {verdict(scores).text}"
    about_the_forecast = replace(
        report, verdict="rely", reasons=("skill",), sentence=f"It passed: {skill.reason}."
    )
    assert overall(scores, about_the_forecast).kind == "good"
    assert overall(scores, about_the_forecast).text == f"It passed: {skill.reason}."


def _of_series(error, ridge_error, seed):
    """Scores and the check "skill" of the same forecasts."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=(300, 1))
    forecasts = {
        name: truth + size * rng.normal(size=truth.shape)
        for name, size in {"model": error, "ridge": ridge_error, "persistence": 1.0}.items()
    }
    model = forecasts.pop("model")
    errors = {name: f - truth for name, f in {"": model, **forecasts}.items()}
    scores = {}
    for name, error_of in errors.items():
        start = f"{name}_" if name else ""
        scores[f"{start}rmse"] = float((error_of**2).mean() ** 0.5)
        scores[f"{start}mae"] = float(np.abs(error_of).mean())
    return pd.Series(scores), skill.check(skill.skill(truth, model, forecasts, 10))


@pytest.mark.parametrize("ridge", [0.5, 0.9, 1.5])
@pytest.mark.parametrize("error", [0.45, 0.51, 0.9, 0.98, 1.0, 1.1])
def test_page_and_check_agree_whatever_the_errors(error, ridge):
    kinds = {"fail": {"unfit"}, "caution": {"caution"}, "pass": {"good", "equal"}}
    for seed in range(4):
        scores, check = _of_series(error, ridge, seed)
        found = verdict(scores, is_skilled=check.verdict != "fail")
        assert found.kind in kinds[check.verdict]
        if verdict(scores).kind == "unfit":  # also before the checks
            assert check.verdict == "fail"


def test_what_the_checks_found_is_said_where_the_errors_alone_say_otherwise(named_by_strangers):
    report, scores = named_by_strangers[2], _scores(9.9, ridge_rmse=9.95)
    assert verdict(scores).kind == "equal"
    failed = [replace(c, verdict="fail") if c.name == "skill" else c for c in report.checks]
    known = is_skilled(replace(report, checks=tuple(failed)))
    assert known is False
    found = verdict(scores, known)
    assert found.kind == "unfit"
    assert (
        "not clearly better than a forecast that needs no model (RMSE 10.00 against" in found.text
    )
    assert is_skilled(None) is None
