"""The verdict follows from the scores, by rule."""

from dataclasses import replace

import pandas as pd
import pytest

from dashboard.ui.verdict import MARGIN, overall, score_table, verdict

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
