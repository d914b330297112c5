import numpy as np
import pandas as pd
import pytest

from dashboard.pages.explore import panels as window
from dashboard.ui.titles import largest, value_at

LAGS = pd.Index([1, 2, 3], name="lag")


@pytest.mark.parametrize("gaps", [0, 1, 11], ids="{} cells are NaN".format)
def test_the_largest_cell_is_that_of_the_stacked_map(gaps):
    rng = np.random.default_rng(gaps)
    numbers = rng.normal(size=12)
    numbers[rng.permutation(12)[:gaps]] = np.nan
    cells = pd.DataFrame(numbers.reshape(4, 3), ["a", "b", "1", "c"], LAGS)
    assert largest(cells) == cells.stack().idxmax()
    assert value_at(cells, largest(cells)) == np.nanmax(numbers)


def test_of_equal_cells_the_first_is_the_largest():
    cells = pd.DataFrame([[0.0, 1.0, 0.0], [1.0, 0.0, 1.0]], ["a", "b"], LAGS)
    assert largest(cells) == ("a", 2)


def test_a_forecast_that_does_not_split_has_no_map_of_contributions(three_seeds, table):
    one = three_seeds.explain_one(table, 500)
    with pytest.raises(ValueError, match="does not split"):
        window.contribution_map(one, 1, list(one.variables), "1 hour", None)
