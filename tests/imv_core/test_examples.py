"""The examples in docstrings give what they print."""

import doctest
from importlib import import_module

import numpy as np
import pandas as pd
import pytest
import torch

MODULES = [
    *("arrays", "csv_output", "forecaster", "forecasting.baselines", "phrases", "inspect.poke"),
    *("model.attention", "model.cells", "model.ensemble", "model.imv_lstm"),
    *("model.input_attention", "tables.columns", "tables.frequency", "tables.leakage"),
    *("forecasting.standing",),
    *("tables.resampling", "tables.table", "windows.near_copies"),
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_run_as_printed(name):
    found = doctest.testmod(
        import_module(f"imv_core.{name}"), extraglobs={"np": np, "pd": pd, "torch": torch}
    )
    assert found.attempted
    assert not found.failed
