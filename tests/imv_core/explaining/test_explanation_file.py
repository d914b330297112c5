"""An explanation that was kept is the one that would be computed, or it is computed."""

import numpy as np
import pandas as pd
import pytest

from imv_core.explaining.explainer import Explainer
from imv_core.runs.run import Run


@pytest.fixture(params=["two_steps", "three_seeds"])
def model(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def run(tmp_path, model, table):
    return Run.adopt(tmp_path / "run", model, table, "mine")


@pytest.fixture
def passes(monkeypatch):
    """How often all windows were passed."""
    done = []
    sums = Explainer.sums
    monkeypatch.setattr(Explainer, "sums", lambda self: done.append(1) or sums(self))
    return done


def _same(kept, computed):
    pd.testing.assert_frame_equal(kept.summary, computed.summary)
    pd.testing.assert_frame_equal(kept.temporal_importance, computed.temporal_importance)
    pd.testing.assert_frame_equal(kept.credits, computed.credits)
    np.testing.assert_array_equal(kept.windows(slice(3)).weight, computed.windows(slice(3)).weight)


def test_what_was_kept_is_what_would_be_computed_without_a_pass(run, model, table, passes):
    computed = model.explain(table)
    passes.clear()
    kept = run.explanation(model, table)
    assert passes == []
    _same(kept, computed)


def test_the_forecasts_that_it_explains_are_those_of_predict(run, model, table):
    kept = model.forecast_of(run.explanation(model, table), level=0.5)
    pd.testing.assert_frame_equal(kept, model.predict(table, level=0.5))


def test_of_another_model_it_is_computed(run, model, table, forecaster, passes):
    run.write_model(forecaster)
    _same(run.explanation(forecaster, table), forecaster.explain(table))
    assert passes == [1, 1]


@pytest.mark.parametrize("damage", ["missing", "empty", "half", "junk"])
def test_where_the_file_is_damaged_it_is_computed(run, model, table, passes, damage):
    path = run.path / "explanation.safetensors"
    whole = path.read_bytes()
    path.unlink()
    if damage != "missing":
        parts = {"empty": b"", "half": whole[: len(whole) // 2], "junk": b"junk" * 99}
        path.write_bytes(parts[damage])
    _same(run.explanation(model, table), model.explain(table))
    assert passes == [1, 1]
