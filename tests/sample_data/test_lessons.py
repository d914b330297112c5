"""The small models of the page Learn are what is said of them."""

import re

import pytest

from imv_core import IMVForecaster, Settings, read_table
from imv_core.inspect.recurrences import PlainLSTM
from sample_data.make_lessons import LESSONS, MODELS, PAPER, RELAY, VARIABLES
from tests.sample_data.test_samples import README


@pytest.fixture(scope="module")
def models():
    return {name: IMVForecaster.load(LESSONS / f"{name}.imv") for name in MODELS}


def test_every_file_is_documented_and_there_is_no_other():
    section = README.split("\n## `lessons/relay.csv`\n")[1]
    named = set(re.findall(r"`([\w/]+\.(?:imv|safetensors))`", section))
    files = {
        str(path.relative_to(LESSONS)) for path in LESSONS.rglob("*") if path.suffix != ".csv"
    } - {"epochs"}
    epochs = {f"epochs/{k:02}.imv" for k in range(1, PAPER["max_epochs"] + 1)}
    assert named | epochs == files


def test_models_have_the_settings_that_they_are_made_with(models):
    for name, (_, other) in MODELS.items():
        assert models[name].settings == Settings(**PAPER | other)


def test_the_kept_epochs_are_those_of_the_model(models):
    history = models["tensor"].fitted.history
    for k in (1, 20, 40):
        kept = IMVForecaster.load(LESSONS / "epochs" / f"{k:02}.imv").fitted.history
        assert [record.train_loss for record in kept] == [r.train_loss for r in history[:k]]


def test_the_mixture_finds_the_chances_of_the_relay_and_beats_a_regression(
    models,
):
    table = read_table(RELAY)
    importance = models["tensor"].explain(table).variable_importance
    assert importance[list(VARIABLES)].tolist() == pytest.approx([0, 0.5, 0.3, 0.2], abs=0.03)
    score = models["tensor"].score(table)
    assert score["rmse"] < score["ridge_rmse"] < score["persistence_rmse"]


def test_the_plain_lstm_has_as_many_units():
    plain = PlainLSTM.load(LESSONS / "plain_lstm.safetensors")
    assert plain.recurrence.input_size == 4
    assert plain.recurrence.hidden_size == 4 * PAPER["hidden_size"]
