"""A new cell is a name, a class and its entry in `cells.py`, and its words in `settings.py`."""

import numpy as np
import pytest
import torch

from dashboard.wording import differences
from imv_core import IMVForecaster, Settings
from imv_core.cli.options import parse, settings_from
from imv_core.inspect.recurrences import unroll
from imv_core.model.cells import CELLS, Cell, TensorCell
from imv_core.training.declaration import declared


class HalfCell(TensorCell):
    """IMV-Tensor whose states are half as large."""

    def forward(self, x):
        return 0.5 * super().forward(x)


@pytest.fixture
def half(monkeypatch):
    """The new cell as if its name stood in the list of names."""
    Settings.from_json(Settings("y").to_json())  # the reader may know the names already
    member = str.__new__(Cell, "half")
    member._name_, member._value_ = "HALF", "half"
    monkeypatch.setitem(Cell._value2member_map_, "half", member)
    monkeypatch.setitem(Cell._member_map_, "HALF", member)
    monkeypatch.setattr(Cell, "_member_names_", [*Cell._member_names_, "HALF"])
    _forget_known_names()
    monkeypatch.setitem(CELLS, member, HalfCell)
    monkeypatch.setitem(declared(Settings)["cell"].words, member, "half as loud")
    yield member
    _forget_known_names()


def _forget_known_names():
    """Let the reader of JSON look anew: it keeps the names that it has once read."""
    for kind in (Cell, Settings):
        if "__msgspec_cache__" in vars(kind):
            del kind.__msgspec_cache__


def test_a_new_cell_trains_explains_and_is_kept(half, table, tmp_path):
    settings = {"hidden_size": 4, "max_epochs": 1, "lookback": 4}
    forecaster = IMVForecaster("y", cell="half", **settings).fit(table)
    assert isinstance(forecaster.fitted.model.models[0].cell, HalfCell)
    forecaster.save(tmp_path / "half.imv")
    again = IMVForecaster.load(tmp_path / "half.imv")
    assert again.settings.cell is half
    forecast = again.predict(table)["forecast"].to_numpy()
    np.testing.assert_array_equal(forecast, forecaster.predict(table)["forecast"])
    assert again.explain(table).variable_importance.sum() == pytest.approx(1)
    tensor = IMVForecaster("y", **settings).fit(table).predict(table)["forecast"]
    assert (forecast != tensor).any()


def test_a_new_cell_is_an_option_of_the_shell_and_has_its_words_on_the_pages(half):
    options = parse(["train", "data.csv", "--target", "y", "--out", "run", "--cell", "half"])
    chosen = settings_from(options)
    assert chosen.cell is half
    assert differences(Settings("y"), chosen)["Cell"][1] == "half as loud"


def test_the_step_by_step_view_refuses_a_cell_that_it_does_not_know(half, table):
    settings = {"hidden_size": 4, "max_epochs": 1, "lookback": 4}
    network = IMVForecaster("y", cell="half", **settings).fit(table).fitted.model.models[0]
    with torch.no_grad(), pytest.raises(KeyError, match="HalfCell"):
        unroll(network, np.zeros((4, network.settings.variables), np.float32))
