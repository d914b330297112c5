"""One rule says how a model stands beside simple forecasts."""

import pytest

from imv_core.forecasting.standing import MARGIN, Standing, best_naive, judge

RIVALS = {"persistence": 10.0, "seasonal_naive": 12.0, "ridge": 8.0}


@pytest.mark.parametrize(
    ("rmse", "standing"),
    [
        (10.01, "nothing learnt"),
        (10.0, "behind"),
        (8.0 * (1 + MARGIN) + 0.01, "behind"),
        (8.0 * (1 + MARGIN) - 0.01, "equal"),
        (8.0 * (1 - MARGIN) + 0.01, "equal"),
        (8.0 * (1 - MARGIN) - 0.01, "ahead"),
    ],
)
def test_the_errors_decide_where_no_interval_is_known(rmse, standing):
    assert judge(rmse, RIVALS) == standing


def test_the_best_forecast_without_a_model_decides_whatever_its_name():
    assert best_naive(RIVALS) == "persistence"
    for name in ("mean", "persistence", "seasonal_naive"):
        assert judge(9.5, {**RIVALS, name: 9.0}) == Standing.NOTHING_LEARNT


@pytest.mark.parametrize("rmse", [5.0, 8.0, 9.0, 11.0])
def test_an_interval_decides_before_the_errors_do(rmse):
    assert judge(rmse, RIVALS, is_skilled=False) == Standing.NOTHING_LEARNT
    assert judge(rmse, RIVALS, is_skilled=True) != Standing.NOTHING_LEARNT


def test_a_rival_without_any_error_is_no_division_by_zero():
    assert judge(0.0, {"persistence": 0.0}) == Standing.EQUAL
    assert judge(1.0, {"persistence": 2.0, "ridge": 0.0}) == Standing.BEHIND
