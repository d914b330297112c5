"""Whatever a user gets wrong: one sentence and exit code 1, and nothing is lost."""

import io
import os
import shutil
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import save_file

from imv_core import IMVForecaster
from imv_core.cli.commands import main

QUICK = ["--target", "y", "--epochs", "1", "--hidden-size", "2", "--lookback", "3"]


@pytest.fixture(scope="module")
def folder(world, tmp_path_factory):
    """Data, a run, and many files that are neither."""
    folder = tmp_path_factory.mktemp("mistakes")
    good = world.frame[["y", "x2", "x5"]].iloc[:300].reset_index()
    good.to_csv(folder / "good.csv", index=False)
    assert main(["train", str(folder / "good.csv"), *QUICK, "--out", str(folder / "run")]) == 0
    (folder / "link.csv").symlink_to(folder / "good.csv")
    good.drop(columns="x5").to_csv(folder / "fewer.csv", index=False)
    good.assign(x5=["a", "b"] * 150).to_csv(folder / "labels.csv", index=False)
    good.assign(y=["a", "b"] * 150).to_csv(folder / "text.csv", index=False)
    good.assign(y=np.nan).to_csv(folder / "unknown.csv", index=False)
    good.iloc[::2].to_csv(folder / "sparse.csv", index=False)
    good.iloc[:200].to_csv(folder / "old.csv", index=False)
    (folder / "utf16.csv").write_bytes(good.drop(columns="x5").to_csv().encode("utf-16"))
    (folder / "zeros.csv").write_bytes(bytes(1000))
    (folder / "torn").mkdir()
    (folder / "torn" / "config.json").write_text("{")
    (folder / "odd" / "config.json").mkdir(parents=True)
    shutil.copytree(folder / "run", folder / "untrained")
    (folder / "untrained" / "model.imv").unlink()
    save_file({"weights": torch.zeros(3)}, folder / "other.imv")
    (folder / "cut.imv").write_bytes((folder / "run" / "model.imv").read_bytes()[:-9])
    return folder


@pytest.fixture
def said(folder, capsys, monkeypatch):
    """Give a command in the folder; its exit code and the sentence."""
    monkeypatch.chdir(folder)

    def say(*arguments):
        code = main(list(arguments))
        out, err = capsys.readouterr()
        *before, sentence = err.splitlines()
        assert out == ""
        assert all(line.startswith("warning: ") for line in before)
        assert sentence.startswith("error: ")
        assert sentence.endswith((".", "?"))
        assert "Unexpected" not in sentence
        assert "None" not in sentence
        return code, sentence

    return say


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--learning-rate", "0"], "'learning_rate' is 0; it must lie between 0 and 1"),
        (["--learning-rate", "nan"], "'learning_rate' is nan"),
        (["--learning-rate=-inf"], "'learning_rate' is -inf"),
        (["--batch-size", "0"], "'batch_size' is 0; it must be 1 or more"),
        (["--patience", "0"], "'patience' is 0"),
        (["--hidden-size", "1000000000"], "'hidden_size' is 1000000000; it must be"),
        (["--lookback", "50000"], "a shorter lookback"),
        (["--horizon", "50000"], "has 300 rows, but one window takes"),
        (["--seed", "-1"], "'seed' is -1"),
        (["--seeds", "1000"], "'seeds' is 1000"),
        (["--train-share", "nan"], "share"),
        (["--train-share", "0.9", "--validation-share", "0.2"], "share"),
        (["--train-share", "1e-9"], "too few for three parts"),
        (["--variables", "x2", "x2"], "twice; name it once"),
        (["--variables", ""], "has no column ''"),
        (["--leave-out", "x22"], "has no column 'x22'. Did you mean 'x2'?"),
        (["--leave-out", "y", "x2", "x5"], "No variable is chosen"),
        (["--target", "time"], "has no column 'time'"),
        (["--time", "x2"], "'x2' holds no times"),
        (["--sheet", "s"], "is no workbook"),
        (["--resample", "h"], "cannot be resampled to 'h'. Choose one of 2h."),
        (["--resample", ""], "cannot be resampled to ''"),
        (["--name", "n" * 201], "a name of 1 to 200 characters"),
        (["--name", " "], "a name of 1 to 200 characters"),
        (["--out", "good.csv"], "File exists"),
        (["--out", "o" * 300], "File name too long"),
        (["--out", "torn"], "is not the folder of a run"),
        (["--out", "odd"], "is not the folder of a run"),
    ],
)
def test_a_training_that_cannot_be_gets_a_sentence_and_no_run(said, folder, arguments, words):
    code, sentence = said("train", "good.csv", *QUICK, "--out", "new", *arguments)
    assert code == 1
    assert words in sentence
    assert not (folder / "new").exists()


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_nothing_is_begun_on_one(said, folder):
    code, sentence = said("train", "good.csv", *QUICK, "--device", "cuda", "--out", "new")
    assert code == 1
    assert "'cpu'" in sentence
    assert not (folder / "new").exists()


@pytest.mark.parametrize("command", ["forecast", "explain", "score", "check", "report"])
@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("fewer.csv", "does not have: 'x5'"),
        ("utf16.csv", "does not have: 'x5'"),
        ("labels.csv", "'x5' held numbers when the model was trained, and holds text"),
        ("text.csv", "'y' held numbers when the model was trained, and holds text"),
        ("unknown.csv", "does not have: 'y'"),
        ("sparse.csv", "has steps of 2 hours"),
        ("zeros.csv", "is no text file"),
        ("none.csv", "There is no file"),
        (".", "is a folder"),
    ],
)
def test_other_data_than_the_models_gets_a_sentence(said, command, data, words):
    code, sentence = said(command, "run", data)
    assert code == 1
    assert words in sentence


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["score", "torn", "good.csv"], "is not the folder of a run"),
        (["score", "odd", "good.csv"], "is not the folder of a run"),
        (["score", "untrained", "good.csv"], "holds no model"),
        (["check", "untrained", "good.csv"], "holds no model"),
        (["score", "other.imv", "good.csv"], "was not written by this program"),
        (["score", "cut.imv", "good.csv"], "is not a model file"),
        (["score", "run/explanation.safetensors", "good.csv"], "not written by this program"),
        (["score", "run/config.json", "good.csv"], "is not a model file"),
        (["score", "good.csv/run", "good.csv"], "There is no run or model file"),
        (["explain", "run", "old.csv"], "has no window in the test part"),
        (["score", "run", "good.csv", "fewer.csv"], "has no column 'x5'"),
        (["score", "run", "good.csv", "none.csv"], "There is no file 'none.csv'"),
        (["score", "run", "good.csv", "--level", "nan"], "is nan; it must lie between 0 and 1"),
        (["forecast", "run", "good.csv", "--level", "0"], "is 0; it must lie between 0 and 1"),
        (["forecast", "run", "good.csv", "--level=-inf"], "must lie between 0 and 1"),
        (["check", "run", "good.csv", "--siblings", "-1"], "'siblings' is -1"),
        (["score", "run", "good.csv", "--resample", "2h"], "trained on steps of 1 hour"),
        (["forecast", "run", "good.csv", "-o", "run"], "Is a directory"),
        (["forecast", "run", "good.csv", "-o", "good.csv/new.csv"], "There is no folder"),
        (["forecast", "run", "good.csv", "-o", "o" * 300], "File name too long"),
    ],
)
def test_a_model_that_cannot_be_used_so_gets_a_sentence(said, arguments, words):
    code, sentence = said(*arguments)
    assert code == 1
    assert words in sentence


@pytest.mark.parametrize("command", ["forecast", "explain", "check", "report"])
@pytest.mark.parametrize("output", ["good.csv", "link.csv", "run/model.imv", "run/config.json"])
def test_what_a_command_reads_is_not_written_over(said, folder, command, output):
    before = (folder / output).read_bytes()
    for model in ("run", "run/model.imv"):
        if (model, output) != ("run/model.imv", "run/config.json"):
            code, sentence = said(command, model, "good.csv", "-o", output)
            assert code == 1
            assert "is read by this command" in sentence
    assert (folder / output).read_bytes() == before


def test_a_result_in_the_runs_folder_may_be_written_again(folder):
    place = str(folder / "run" / "forecast.csv")
    for _ in range(2):
        assert main(["forecast", f"{folder}/run", f"{folder}/good.csv", "-o", place]) == 0
    assert pd.read_csv(place).columns[0] == "time"


def _raise(error):
    def score(*_):
        raise error

    return score


def test_an_error_that_nobody_foresaw_is_a_sentence_and_a_traceback_when_asked_for(
    folder, monkeypatch, capsys
):
    monkeypatch.setattr(IMVForecaster, "score", _raise(ZeroDivisionError("by nought\nat all")))
    command = ["score", f"{folder}/run", f"{folder}/good.csv"]
    assert main(command) == 1
    sentence = "Unexpected: ZeroDivisionError: by nought. Add --verbose to see where it arose."
    assert capsys.readouterr() == ("", f"error: {sentence}\n")
    with pytest.raises(ZeroDivisionError):
        main([*command, "--verbose"])


@pytest.mark.parametrize("error", [MemoryError(), torch.OutOfMemoryError("CUDA out of memory")])
def test_too_little_memory_is_said_as_such(folder, monkeypatch, capsys, error):
    monkeypatch.setattr(IMVForecaster, "score", _raise(error))
    for verbose in ([], ["--verbose"]):
        assert main(["score", f"{folder}/run", f"{folder}/good.csv", *verbose]) == 1
        (line,) = [x for x in capsys.readouterr().err.splitlines() if x.startswith("error: ")]
        assert line.startswith("error: The memory is not enough.")


def test_warnings_about_lines_of_code_are_told_only_when_asked_for(folder, monkeypatch):
    def score(*_):
        warnings.warn("in line 7", RuntimeWarning, stacklevel=1)
        return pd.Series({"rmse": 1.0})

    monkeypatch.setattr(IMVForecaster, "score", score)
    monkeypatch.setattr(sys, "warnoptions", [])
    command = ["score", f"{folder}/run", f"{folder}/good.csv"]
    with pytest.warns(RuntimeWarning, match="in line 7"):
        assert main([*command, "--verbose"]) == 0
    with warnings.catch_warnings(record=True) as told:
        assert main(command) == 0
    assert told == []


def test_without_a_place_for_errors_results_stay_clean(folder, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stderr", None)  # as after `2>&-`
    assert main(["score", f"{folder}/run", f"{folder}/none.csv"]) == 1
    assert capsys.readouterr().out == ""


def test_a_terminal_that_knows_few_letters_gets_the_rest_as_codes(world, tmp_path, monkeypatch):
    frame = world.frame[["y", "x2"]].iloc[:300].rename(columns={"x2": "größe μ"})
    frame.to_csv(tmp_path / "data.csv")
    data, run = str(tmp_path / "data.csv"), str(tmp_path / "run")
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", narrow)
    assert main(["train", data, *QUICK, "--out", run]) == 0
    assert main(["explain", run, data]) == 0
    assert "gr\\xf6\\xdfe \\u03bc" in narrow.buffer.getvalue().decode("ascii")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_said(folder, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.FileIO("/dev/full", "w"), "utf-8"))
    assert main(["score", f"{folder}/run", f"{folder}/good.csv"]) == 1
    assert capsys.readouterr().err == "error: No space left on device.\n"


def test_a_reader_who_has_enough_is_no_error(folder, monkeypatch, capsys):
    reading, writing = os.pipe()
    os.close(reading)
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.FileIO(writing, "w"), "utf-8"))
    assert main(["score", f"{folder}/run", f"{folder}/good.csv"]) == 0
    assert capsys.readouterr().err == ""
