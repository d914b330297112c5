import numpy as np
import pandas as pd
import pytest

from imv_core.faithfulness.checks import attribution


def _variables(importance, attribution):
    return pd.DataFrame(
        {"importance": importance, "attribution": attribution}, index=["a", "b", "c"]
    )


@pytest.mark.parametrize(
    ("moved", "verdict"),
    [([6, 3, 1], "pass"), ([3, 6, 1], "caution"), ([0, 1, 9], "fail")],
)
def test_importance_is_held_against_attribution(moved, verdict):
    found = attribution.check(_variables([0.6, 0.3, 0.1], np.array(moved, float)))
    assert found.verdict == verdict


def test_a_variable_that_moves_more_than_it_should_is_named():
    found = attribution.check(_variables([0.6, 0.4, 0.0], np.array([3.0, 2.0, 5.0])))
    assert "'c' moves the forecast more" in found.sentence
