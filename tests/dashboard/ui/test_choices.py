"""Of many variables those that matter are shown, in the order that was asked for."""

import pandas as pd
import pytest

from dashboard.ui.choices import Selection

SHARES = pd.Series({"dew": 0.1, "Temp": 0.4, "pres": 0.2, "DEW point": 0.3})


@pytest.mark.parametrize(
    ("selection", "names"),
    [
        (Selection(4), ["Temp", "DEW point", "pres", "dew"]),
        (Selection(2), ["Temp", "DEW point"]),
        (Selection(3, "table"), ["Temp", "pres", "DEW point"]),
        (Selection(4, "name"), ["dew", "DEW point", "pres", "Temp"]),
        (Selection(4, search="dew"), ["DEW point", "dew"]),
        (Selection(1, search="dew"), ["DEW point"]),
        (Selection(4, search="none"), []),
    ],
)
def test_names_are_found_ordered_and_cut(selection, names):
    assert selection.names(SHARES) == names
