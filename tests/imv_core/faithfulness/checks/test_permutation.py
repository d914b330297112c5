import numpy as np
import pandas as pd
import pytest

from imv_core.faithfulness.checks import permutation


def test_what_is_not_read_costs_nothing_and_what_is_read_costs(held, driver):
    found = permutation.permute(held, 10, lambda _: None)
    others = found.drop(held.variables[driver])
    np.testing.assert_allclose(others, 0, atol=1e-4)
    assert found["permutation"].abs()[held.variables[driver]] > 0.1


def test_drivers_cost_beyond_doubt(learnt, world):
    _, report = learnt
    rises = report.by_variable
    assert (rises.loc[list(world.lags), "permutation_low"] > 0).all()
    assert set(rises["permutation"].nlargest(3).index) == set(world.lags)


def _frame(importance, low):
    columns = {"importance": importance, "permutation_low": low, "permutation": np.add(low, 1.0)}
    return pd.DataFrame(columns, index=["a", "b", "c", "d"])


@pytest.mark.parametrize(
    ("low", "verdict", "named"),
    [
        ([3.0, 2.0, -1.0, -1.0], "pass", "every variable"),
        ([3.0, -1.0, -1.5, -2.0], "caution", "'b'"),
        ([-1.0, 3.0, -1.0, -1.0], "fail", "'a'"),
        ([3.0, 2.0, 2.5, -1.0], "caution", "'c'"),
    ],
)
def test_importance_is_held_against_the_error(low, verdict, named):
    found = permutation.check(_frame([0.5, 0.4, 0.05, 0.05], low))
    assert found.verdict == verdict
    assert named in found.sentence
