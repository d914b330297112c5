"""A model that can be solved by hand, and windows to check it on."""

import copy

import pytest

from imv_core import IMVForecaster, read_table
from imv_core.faithfulness.held_out import HeldOut
from imv_core.synthetic.worlds import WORLDS

DRIVER, LAG, WEIGHT = "x2", 3, 0.5


@pytest.fixture(scope="session")
def held_out():
    def of(forecaster, table, part="test") -> HeldOut:
        explained = forecaster.explainer(table, part)
        return HeldOut(explained, explained.windows.for_part("train"))

    return of


@pytest.fixture(scope="session")
def one_value(forecaster) -> IMVForecaster:
    """A model that reads one value: its scaled forecast is 0.5 x2 at lag 3."""
    solved = copy.deepcopy(forecaster)
    (model,) = solved.fitted.model.models
    for name, parameter in model.attention.named_parameters():
        if "embedding" not in name:
            parameter.zero_()
    N, T = model.settings.variables, model.settings.lookback
    n = solved.fitted.scaling.variables.index(DRIVER)
    model.attention.slope[n, T - LAG] = WEIGHT * N * T  # alpha and pi are uniform
    return solved


@pytest.fixture(scope="session")
def held(one_value, table, held_out) -> HeldOut:
    return held_out(one_value, table)


@pytest.fixture(scope="session")
def driver(held) -> int:
    return held.variables.index(DRIVER)


@pytest.fixture(scope="session")
def cell(held, driver) -> tuple[int, int]:
    """The one value that is read: variable, place in the window."""
    return driver, held.x.shape[1] - LAG


@pytest.fixture(scope="session")
def learnt(table):
    """A trained model of the planted table, with its report."""
    trained = IMVForecaster("y", max_epochs=8, hidden_size=8).fit(table)
    return trained, trained.check(table)


@pytest.fixture(scope="session")
def nothing():
    """The report of a model of a table without any signal."""
    table = read_table(WORLDS["no_signal"](800, seed=4).frame, name="nothing")
    return IMVForecaster("y", max_epochs=3, hidden_size=4).fit(table).check(table)
