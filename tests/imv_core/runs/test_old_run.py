"""A run of an older version opens, and gives the numbers that it gave then."""

import json
import shutil
from hashlib import sha256

import numpy as np
import pandas as pd
import pytest
from safetensors import safe_open

from imv_core import IMVForecaster
from imv_core.explaining import explanation_file
from imv_core.runs.run import Run
from imv_core.runs.worker import train
from tests.conftest import ROOT

FOLDER = ROOT / "tests" / "fixtures" / "run_of_november_2026"
EXPECTED = json.loads(FOLDER.with_suffix(".json").read_text())


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A copy: reading a run never writes in the fixture."""
    return Run(shutil.copytree(FOLDER, tmp_path_factory.mktemp("runs") / "old"))


@pytest.fixture(scope="module")
def forecaster(run):
    return run.forecaster()


@pytest.fixture(scope="module")
def table(run):
    return run.table


def _frame(values):
    return pd.DataFrame.from_dict(values, orient="index")


def _assert_close(frame, expected):
    assert list(frame.index) == list(expected.index)
    np.testing.assert_allclose(frame.to_numpy(), expected.to_numpy(), rtol=1e-4, atol=1e-6)


def test_no_file_of_the_old_run_has_a_version(run):
    for path in run.path.glob("*.json*"):
        for line in (
            path.read_text().splitlines() if path.suffix == ".jsonl" else [path.read_text()]
        ):
            assert "version" not in json.loads(line), path.name
    with safe_open(run.model_path, "np") as file:
        assert file.metadata()["format"] == "imv-forecaster 2"
    with safe_open(run.path / "explanation.safetensors", "np") as file:
        assert "version" not in file.metadata()


def test_an_old_run_opens_with_its_progress_and_scores(run):
    assert (run.status.state, len(run.history)) == (EXPECTED["state"], EXPECTED["epochs"])
    pd.testing.assert_series_equal(run.scores, pd.Series(EXPECTED["scores"]))
    assert int(run.recovery.worlds["found"].sum()) == EXPECTED["recovery_found"]


@pytest.mark.parametrize("source", ["the run", "its model file"])
def test_an_old_model_gives_the_forecasts_that_it_gave(run, forecaster, table, source):
    model = forecaster if source == "the run" else IMVForecaster.load(FOLDER / "model.imv")
    forecast = model.predict(table, "test")
    assert len(forecast) == EXPECTED["rows"]
    for name in ("forecast", "lower", "upper"):
        drawn = forecast[name].iloc[:: len(forecast) // 8][:8]
        np.testing.assert_allclose(drawn, EXPECTED[name], rtol=1e-4)
    future = model.predict(table, "future").iloc[0]
    np.testing.assert_allclose(
        future[list(EXPECTED["future"])].astype(float), [*EXPECTED["future"].values()], rtol=1e-4
    )


@pytest.mark.parametrize("how", ["kept", "computed"])
def test_an_old_run_has_the_importance_that_it_had(run, forecaster, table, how):
    if how == "kept":
        path, digest = run.path / "explanation.safetensors", sha256(run.model_path.read_bytes())
        explanation = explanation_file.read(
            path, forecaster.explainer(table), forecaster.settings.seed, digest.hexdigest()
        )
    else:
        explanation = forecaster.explain(table)
    _assert_close(explanation.variable_importance, pd.Series(EXPECTED["variable_importance"]))
    _assert_close(explanation.temporal_importance, _frame(EXPECTED["temporal_importance"]))


def test_an_old_run_has_the_checks_that_it_had(run):
    trust = run.trust
    assert trust.verdict == EXPECTED["verdict"]
    assert {check.name: check.verdict for check in trust.checks} == EXPECTED["checks"]
    _assert_close(trust.lag_attribution, _frame(EXPECTED["lag_attribution"]))


def test_an_old_run_that_is_finished_is_not_trained_again(run):
    before = (run.path / "model.imv").read_bytes()
    train(run.path)
    assert (run.path / "model.imv").read_bytes() == before


def test_an_old_run_that_is_renamed_gets_a_version_and_keeps_its_records(run, tmp_path):
    copy = Run(shutil.copytree(run.path, tmp_path / "copy"))
    copy.rename("Renamed")
    assert json.loads((copy.path / "config.json").read_text())["version"] == 2
    assert Run(copy.path).config.settings == run.config.settings
    assert copy.recovery is not None
    assert copy.trust is not None
