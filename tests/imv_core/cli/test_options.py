"""The options of the shell: all that Python and the page Data offer, in every command alike."""

import inspect
import json
import shlex
import sys

import numpy as np
import pytest

from imv_core import ImvError, IMVForecaster, Settings, __version__
from imv_core.cli.commands import COMMANDS, main
from imv_core.cli.options import parse, reading_arguments, settings_from
from imv_core.errors import SettingsError
from imv_core.training.presets import PRESETS

TRAIN = ["train", "data.csv", "--target", "y", "--out", "run"]
OTHERS = [name for name in COMMANDS if name != "train"]
# a value of every setting that is not its default, and how it is asked for
GIVEN = {
    "target": ("z", "--target z"),
    "variables": (("a", "b"), "--variables a b"),
    "lookback": (7, "--lookback 7"),
    "horizon": (3, "--horizon 3"),
    "cell": ("full", "--cell full"),
    "attention": ("states", "--attention states"),
    "objective": ("em", "--objective em"),
    "predict": ("change", "--predict change"),
    "hidden_size": (5, "--hidden-size 5"),
    "max_epochs": (9, "--epochs 9"),
    "batch_size": (64, "--batch-size 64"),
    "learning_rate": (0.01, "--learning-rate 0.01"),
    "patience": (4, "--patience 4"),
    "seed": (2, "--seed 2"),
    "seeds": (3, "--seeds 3"),
    "device": ("cpu", "--device cpu"),
    "train_share": (0.6, "--train-share 0.6"),
    "validation_share": (0.2, "--validation-share 0.2"),
    "fill": ("median", "--fill median"),
}
READING = "--time when --sheet s --repeated mean --resample D --summary sum"


def test_every_setting_of_python_is_an_option():
    assert set(inspect.signature(IMVForecaster).parameters) == set(GIVEN)


@pytest.mark.parametrize("name", GIVEN)
def test_an_option_sets_its_setting_and_no_other(name):
    value, words = GIVEN[name]
    usual = Settings("y").to_json()
    assert usual[name] != value
    assert settings_from(parse([*TRAIN, *words.split()])).to_json() == {**usual, name: value}


def test_without_options_the_settings_are_those_of_python():
    assert settings_from(parse(TRAIN)) == IMVForecaster("y").settings


@pytest.mark.parametrize("name", PRESETS)
def test_what_is_given_comes_on_top_of_a_preset(name):
    values = {**PRESETS[name].values, "max_epochs": 2}
    settings = settings_from(parse([*TRAIN, "--epochs", "2", "--preset", name]))
    assert settings == Settings("y", **values)


@pytest.mark.parametrize("command", OTHERS)
def test_every_command_reads_data_as_the_training_did(command):
    trained = parse(["train", "a b.csv", "more.csv", *TRAIN[2:], *READING.split()])
    again = parse([command, "run", *reading_arguments(trained)])
    assert again.data == ["a b.csv", "more.csv"]
    for option in READING.split()[::2]:
        name = option.removeprefix("--")
        assert getattr(again, name) == getattr(trained, name) is not None
    assert shlex.join(reading_arguments(trained)) == f"'a b.csv' more.csv {READING}"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_help_groups_its_options_and_tells_the_defaults(command, capsys):
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert end.value.code == 0
    text = capsys.readouterr().out
    groups = ["model", "data"]
    if command == "train":
        groups = ["data", "windows", "model", "training", "run"]
    assert [text.index(f"\n{group}:\n") for group in groups]
    if command == "train":
        assert "windows per batch (by the number of windows)" in text
        assert "maximum number of epochs (15)" in text


@pytest.mark.parametrize(
    ("called", "name"),
    [("/usr/local/bin/imv", "imv"), ("Scripts/imv.exe", "imv"), ("x/imv_core/__main__.py", None)],
)
def test_the_usage_names_the_command_that_was_given(called, name, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", [called])
    with pytest.raises(SystemExit):
        parse(["train"])
    assert f"usage: {name or 'python -m imv_core'} train DATA" in capsys.readouterr().err


def test_the_version_is_printed(capsys):
    with pytest.raises(SystemExit) as end:
        parse(["--version"])
    assert (end.value.code, capsys.readouterr().out) == (0, f"imv {__version__}\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([*TRAIN, "--summary", "mean"], "--summary: it needs --resample"),
        ([*TRAIN, "--lookback", "1e3"], "invalid int value: '1e3'"),
        ([*TRAIN, "--learning-rate", "fast"], "invalid float value: 'fast'"),
        ([*TRAIN, "--device", "tpu"], "invalid choice: 'tpu'"),
        ([*TRAIN, "--repeated", "all"], "invalid choice: 'all'"),
        ([*TRAIN, "--preset", "best"], "invalid choice: 'best'"),
        ([*TRAIN, "--epochs"], "expected one argument"),
        (["train", "", *TRAIN[2:]], "the path is empty"),
        ([*TRAIN[:-1], ""], "the path is empty"),
        (["forecast", "", "data.csv"], "the path is empty"),
        (["forecast", "run", "data.csv", "-o", ""], "the path is empty"),
        (["score", "run", "data.csv", "--part", "future"], "invalid choice: 'future'"),
        (["score", "run", "data.csv", "--level", "high"], "invalid float value: 'high'"),
        (["check", "run", "data.csv", "--siblings", "x"], "invalid int value"),
        (["score", "run"], "the following arguments are required: DATA"),
    ],
)
def test_a_command_line_that_cannot_be_meant_ends_with_2(arguments, words, capsys):
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        *((name, value) for name in ("learning_rate",) for value in (0, -0.1, 1, np.nan, np.inf)),
        *((name, "10") for name in ("learning_rate", "train_share", "lookback", "batch_size")),
        *((name, 0) for name in ("lookback", "horizon", "hidden_size", "max_epochs")),
        *((name, 0) for name in ("batch_size", "patience", "seeds")),
        *((name, 2.5) for name in ("lookback", "horizon", "hidden_size", "max_epochs")),
        *((name, 2.5) for name in ("batch_size", "patience", "seed", "seeds")),
        *((name, None) for name in ("lookback", "learning_rate", "seed")),
        ("hidden_size", 10**9),
        ("seed", -1),
        ("variables", ()),
        ("variables", ("a", "b", "a")),
    ],
)
def test_a_setting_that_cannot_be_is_named_in_a_sentence(setting, value):
    with pytest.raises(SettingsError, match=setting.removesuffix("s")) as raised:
        Settings("y", **{setting: value})
    assert str(raised.value).endswith(".")
    assert isinstance(raised.value, ImvError)


def test_numbers_of_numpy_are_numbers():
    settings = Settings("y", lookback=np.int64(5), learning_rate=np.float32(0.01))
    assert json.loads(json.dumps(settings.to_json()))["lookback"] == 5
