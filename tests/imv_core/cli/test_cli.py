"""The shell: results on stdout, progress on stderr, and one sentence for a user's mistake."""

import io
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from imv_core import IMVForecaster, read_table
from imv_core.cli.commands import main
from imv_core.runs.run import Run
from imv_core.runs.task import TaskKind
from tests.conftest import ROOT

QUICK = ["--target", "y", "--epochs", "2", "--hidden-size", "2", "--lookback", "5"]
ONE_THREAD = {**os.environ, "OMP_NUM_THREADS": "1"}
COMMAND = [sys.executable, "-m", "imv_core"]


def _shell(*arguments):
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=ROOT,
        env=ONE_THREAD,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(world, tmp_path_factory):
    path = tmp_path_factory.mktemp("shell")
    world.frame[["y", "x2", "x5", "x7"]].iloc[:300].to_csv(path / "good.csv")
    return path


@pytest.fixture(scope="module")
def data(folder):
    return str(folder / "good.csv")


@pytest.fixture(scope="module")
def training(folder, data):
    return _shell("train", data, *QUICK, "--out", folder / "run")


@pytest.fixture(scope="module")
def run(folder, training):
    return str(folder / "run")


@pytest.fixture(scope="module")
def table(data):
    return read_table(data)


@pytest.fixture(scope="module")
def expected(table):
    """The same from Python."""
    return IMVForecaster("y", max_epochs=2, hidden_size=2, lookback=5).fit(table)


def _scores(text):
    return {name: float(value) for name, value in (line.split(": ") for line in text.splitlines())}


def _assert_scores(text, forecaster, table):
    assert _scores(text) == pytest.approx(forecaster.score(table).to_dict(), rel=1e-5)


def _assert_one_sentence(code, out, err):
    assert code == 1
    assert out == ""
    *warnings, error = err.splitlines()  # of the data
    assert all(line.startswith("warning: ") for line in warnings)
    assert error.startswith("error: ")
    assert err.endswith((".\n", "?\n"))
    assert "Traceback" not in err
    assert "None" not in err


def test_train_prints_the_scores_and_draws_progress_on_stderr(training, expected, table):
    assert training.returncode == 0
    _assert_scores(training.stdout, expected, table)
    assert "100%" in training.stderr
    assert "epoch=2" in training.stderr


def test_forecast_writes_what_python_forecasts(run, data, folder, expected, table):
    done = _shell("forecast", run, data, "-o", folder / "forecast.csv", "--level", "0.8")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    forecast = pd.read_csv(folder / "forecast.csv", parse_dates=["time"])
    parts = [expected.predict(table, part, level=0.8) for part in ("test", "future")]
    both = pd.concat(parts, ignore_index=True)
    pd.testing.assert_frame_equal(forecast, both, rtol=1e-5, check_dtype=False)


def test_explain_prints_a_summary_that_is_pythons(run, data, expected, table):
    done = _shell("explain", run, data)
    assert (done.returncode, done.stderr) == (0, "")
    summary = pd.read_csv(io.StringIO(done.stdout), index_col="variable")
    explanation = expected.explain(table)
    assert summary["importance"].to_dict() == pytest.approx(
        explanation.variable_importance.to_dict(), rel=1e-5
    )
    assert (summary["low"] <= summary["importance"]).all()
    assert (summary["importance"] <= summary["high"]).all()
    lags = summary[[f"lag_{lag}" for lag in explanation.lags]].to_numpy()
    assert lags == pytest.approx(explanation.temporal_importance.to_numpy(), rel=1e-5)


def test_explain_tells_of_the_change_where_it_is_asked(data, table, folder, capsys):
    run = str(folder / "of_change")
    assert main(["train", data, *QUICK, "--predict", "change", "--out", run]) == 0
    capsys.readouterr()
    model = Run(run).forecaster()
    for of in ("forecast", "change"):
        assert main(["explain", run, data, "--of", of]) == 0
        summary = pd.read_csv(io.StringIO(capsys.readouterr().out), index_col="variable")
        expected = model.explain(table, of=of).variable_importance
        assert summary["importance"].to_dict() == pytest.approx(expected.to_dict(), rel=1e-5)
    assert abs(expected["y"] - model.explain(table).variable_importance["y"]) > 0.05


def test_score_prints_what_python_scores(run, data, expected, table):
    done = _shell("score", run, data)
    assert (done.returncode, done.stderr) == (0, "")
    _assert_scores(done.stdout, expected, table)


def test_explain_writes_every_windows_attention(run, data, folder, expected, table, capsys):
    path = folder / "explanation.csv"
    assert main(["explain", run, data, "-o", str(path), "--part", "validation"]) == 0
    assert capsys.readouterr() == ("", "")
    written = pd.read_csv(path, parse_dates=["time"])
    tidy = expected.explain(table, "validation").to_frame()
    pd.testing.assert_frame_equal(written, tidy, rtol=1e-5, check_dtype=False)


def test_train_names_the_command_that_checks_what_it_has_trained(training, run, data):
    named = training.stderr.splitlines()[-1]
    assert named.endswith(f"python -m imv_core check {run} {data}")


def test_check_prints_what_python_finds_and_keeps_it_in_the_run(
    run, data, folder, expected, table, capsys
):
    report = expected.check(table)
    path = folder / "copy"
    shutil.copytree(run, path)
    assert main(["check", str(path), data]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[0] == report.sentence
    assert "100%" in err
    for check in report.checks:
        assert f"{check.verdict.upper()}: {check.title}\n{check.sentence}\n" in out
    kept = Run(path)
    assert kept.trust.sentence == report.sentence
    assert kept.checking.state == "finished"
    assert main(["train", data, *QUICK, "--out", str(path)]) == 0
    assert capsys.readouterr().err == f"'{path}' is trained already.\n"


def test_check_writes_a_table_for_a_model_file_or_other_rows_and_leaves_the_run_alone(
    run, data, folder, expected, capsys
):
    fewer = folder / "fewer.csv"
    pd.read_csv(data).iloc[:-1].to_csv(fewer, index=False)
    report = expected.check(read_table(str(fewer)))
    for model in (run, f"{run}/model.imv"):
        assert main(["check", model, str(fewer), "-o", str(folder / "trust.csv")]) == 0
        assert capsys.readouterr().out == f"{report.sentence}\n"
        pd.testing.assert_frame_equal(pd.read_csv(folder / "trust.csv"), report.summary())
    assert Run(run).trust is None
    assert Run(run).checking is None


def test_a_wish_to_stop_from_before_does_not_end_new_checks(run, data, tmp_path, capsys):
    shutil.copytree(run, tmp_path / "copy")
    copy = Run(tmp_path / "copy")
    copy.task(TaskKind.CHECKS).stop()
    assert main(["check", str(copy.path), data]) == 0
    assert copy.trust is not None


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for another process")
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 1), (signal.SIGTERM, 143)])
def test_ctrl_c_or_sigterm_ends_checks_with_a_sentence_and_leaves_a_readable_run(
    run, data, tmp_path, sent, code
):
    shutil.copytree(run, tmp_path / "copy")
    copy = Run(tmp_path / "copy")
    command = [*COMMAND, "check", str(copy.path), data]
    with subprocess.Popen(
        command, cwd=ROOT, env=ONE_THREAD, stdout=-1, stderr=-1, text=True
    ) as child:
        deadline = time.monotonic() + 60
        while copy.checking is None and time.monotonic() < deadline:
            time.sleep(0.01)
        child.send_signal(sent)
        out, err = child.communicate(timeout=60)
    assert (child.returncode, out) == (code, "")
    assert err.endswith("error: It was interrupted.\n")
    assert "Traceback" not in err
    assert (copy.checking.state, copy.trust) == ("stopped", None)


def test_report_writes_one_page_with_the_scores(run, data, folder, expected, table):
    done = _shell("report", run, data, "-o", folder / "report.html")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert f"<dd>{expected.score(table)['mae']:.2f}</dd>" in page
    assert not (folder / "report.html.part").exists()


def test_where_only_the_core_is_installed_a_report_says_what_it_needs(run, data, folder):
    core_alone = folder / "core_alone"
    core_alone.mkdir()
    (core_alone / "imv_core").symlink_to(ROOT / "imv_core")
    # also where the project itself is installed, to be worked on
    missing = "raise ModuleNotFoundError('No dashboard', name='dashboard')"
    (core_alone / "dashboard.py").write_text(missing, encoding="utf-8")
    done = subprocess.run(
        [*COMMAND, "report", run, data],
        cwd=core_alone,
        env={**ONE_THREAD, "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    _assert_one_sentence(done.returncode, done.stdout, done.stderr)
    assert "needs the dashboard" in done.stderr


def test_a_model_file_serves_in_place_of_a_run(run, data, capsys):
    assert main(["score", f"{run}/model.imv", data]) == 0
    from_file = capsys.readouterr().out
    assert main(["score", run, data]) == 0
    assert capsys.readouterr().out == from_file


def test_what_missing_inputs_take_is_chosen_in_the_shell(folder, data, capsys):
    assert main(["train", data, *QUICK, "--fill", "median", "--out", str(folder / "filled")]) == 0
    run = Run(folder / "filled")
    assert run.config.settings.fill == run.forecaster().fitted.scaling.fill == "median"


def test_the_same_command_again_says_that_it_is_trained(run, data, training, capsys):
    before = Path(run, "model.imv").stat().st_mtime_ns
    assert main(["train", data, *QUICK, "--out", run]) == 0
    out, err = capsys.readouterr()
    assert out == training.stdout
    assert err.startswith(f"'{run}' is trained already.\n")
    assert Path(run, "model.imv").stat().st_mtime_ns == before


def test_other_settings_or_data_in_the_same_folder_are_refused(run, data, folder, capsys):
    code = main(["train", data, *QUICK, "--seed", "1", "--out", run])
    _assert_one_sentence(code, *capsys.readouterr())
    pd.read_csv(data).iloc[:-1].to_csv(folder / "shorter.csv", index=False)
    code = main(["train", str(folder / "shorter.csv"), *QUICK, "--out", run])
    _assert_one_sentence(code, *capsys.readouterr())


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for another process")
def test_ctrl_c_keeps_the_best_epoch_and_ends_cleanly(data, tmp_path, table):
    path = tmp_path / "run"
    long = ["--target", "y", "--epochs", "100000", "--out", str(path)]
    with subprocess.Popen(
        [*COMMAND, "train", data, *long], cwd=ROOT, env=ONE_THREAD, stdout=-1, stderr=-1, text=True
    ) as child:
        deadline = time.monotonic() + 60
        while not (path / "history.jsonl").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
    assert child.returncode == 0
    assert "Traceback" not in err
    run = Run(path)
    assert run.status.state == "stopped"
    _assert_scores(out, run.forecaster(), table)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGTERM for another process")
def test_sigterm_ends_a_training_at_once_and_its_status_says_so(data, tmp_path):
    path = tmp_path / "run"
    long = ["--target", "y", "--epochs", "100000", "--out", str(path)]
    with subprocess.Popen(
        [*COMMAND, "train", data, *long], cwd=ROOT, env=ONE_THREAD, stdout=-1, stderr=-1, text=True
    ) as child:
        deadline = time.monotonic() + 60
        while not (path / "history.jsonl").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        child.terminate()
        out, err = child.communicate(timeout=60)
    assert (child.returncode, out) == (143, "")
    assert err.endswith("error: It was interrupted.\n")
    assert "Traceback" not in err
    run = Run(path)
    assert (run.status.state, run.status.message) == ("interrupted", "It was interrupted.")
    assert len(run.history) >= 1


def test_an_interrupted_training_is_gone_on_with(data, tmp_path, training, monkeypatch, capsys):
    path = str(tmp_path / "run")
    whole = Run.write_history

    def killed(self, history):
        whole(self, history)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Run, "write_history", killed)
        code = main(["train", data, *QUICK, "--out", path])
    out, err = capsys.readouterr()
    assert (code, out) == (1, "")
    assert "Traceback" not in err
    monkeypatch.setattr("imv_core.runs.task.HEARTBEAT_TIMEOUT", -1.0)
    assert main(["train", data, *QUICK, "--out", path]) == 0
    assert capsys.readouterr().out == training.stdout


def _bad_files(folder):
    good = pd.read_csv(folder / "good.csv")
    good[["y"]].to_csv(folder / "one_column.csv", index=False)
    good.assign(y=1.0).to_csv(folder / "constant_target.csv", index=False)
    good.assign(y="north").to_csv(folder / "text_target.csv", index=False)
    good.iloc[:4].to_csv(folder / "too_few_rows.csv", index=False)
    good.iloc[:8].to_csv(folder / "too_few_for_three_parts.csv", index=False)
    good.iloc[:0].to_csv(folder / "names_only.csv", index=False)
    (folder / "letter.csv").write_text("Dear all,\nthis is a letter.\nIt has no numbers.\nBye\n")
    (folder / "empty.csv").touch()
    (folder / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)))


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("one_column.csv", "has a single column"),
        ("letter.csv", "is no table"),
        ("empty.csv", "is empty"),
        ("names_only.csv", "no rows"),
        ("picture.csv", "is a PNG picture"),
        ("constant_target.csv", "'y' is constant"),
        ("text_target.csv", "'y' holds text"),
        ("too_few_rows.csv", "has 4 rows"),
        ("too_few_for_three_parts.csv", "no window in the train part"),
        ("missing.csv", "There is no file"),
    ],
)
def test_a_file_that_cannot_be_trained_on_gets_one_sentence_and_no_run(folder, file, words, capsys):
    _bad_files(folder)
    code = main(["train", str(folder / file), *QUICK, "--out", str(folder / "bad_run")])
    out, err = capsys.readouterr()
    _assert_one_sentence(code, out, err)
    assert words in err
    assert not (folder / "bad_run").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--target", "x22"], "has no column 'x22'. Did you mean 'x2'?"),
        (["--target", "y", "--variables", "x2", "z"], "has no column 'z'"),
        (["--target", "y", "--time", "when"], "There is no column 'when'"),
        (["--target", "y", "--lookback", "0"], "'lookback' is 0; it must be 1 or more"),
        (["--target", "y", "--epochs", "-1"], "it must be 1 or more"),
        (["--target", "y", "--lookback", "300"], "Bring more rows, or a shorter lookback"),
        (["--target", "y", "--horizon", "200"], "choose a shorter lookback or horizon"),
    ],
)
def test_settings_that_cannot_be_get_one_sentence_and_no_run(
    folder, data, arguments, words, capsys
):
    code = main(["train", data, *arguments, "--out", str(folder / "bad_run")])
    out, err = capsys.readouterr()
    assert words in err
    _assert_one_sentence(code, out, err)
    assert not (folder / "bad_run").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["forecast", "RUN", "DATA", "-o", "FOLDER/no/such.csv"], "There is no folder"),
        (["explain", "RUN", "DATA", "-o", "FOLDER/no/such.csv"], "There is no folder"),
        (["forecast", "RUN", "DATA", "-o", "FOLDER"], "Is a directory"),
        (["report", "RUN", "DATA", "-o", "FOLDER/no/such.html"], "There is no folder"),
        (["report", "RUN", "DATA", "-o", "FOLDER"], "Is a directory"),
        (["report", "RUN", "FOLDER/few.csv"], "has no window in the test part"),
        (["report", "RUN", "FOLDER/other.csv"], "needs columns that other.csv does not have"),
        (["check", "RUN", "DATA", "-o", "FOLDER/no/such.csv"], "There is no folder"),
        (["check", "RUN", "FOLDER/few.csv"], "has no window in the test part"),
        (["check", "RUN", "FOLDER/other.csv"], "does not have: 'x5', 'x7'"),
        (["check", "FOLDER/no_run", "DATA"], "There is no run or model file"),
        (["train", "DATA", *QUICK, "--out", "DATA/run"], "cannot be written"),
        (["train", "DATA", *QUICK, "--out", "FOLDER"], "is not empty"),
        (["score", "FOLDER/no_run", "DATA"], "There is no run or model file"),
        (["score", "FOLDER", "DATA"], "is not the folder of a run"),
        (["score", "DATA", "DATA"], "is not a model file"),
        (["score", "RUN", "FOLDER/no.csv"], "There is no file"),
        (["score", "RUN", "FOLDER"], "is a folder"),
        (["score", "RUN", "DATA", "--level", "2"], "must lie between 0 and 1"),
        (["score", "RUN", "FOLDER/other.csv"], "does not have: 'x5', 'x7'"),
        (["score", "RUN", "FOLDER/untimed.csv"], "trained on a table with times"),
    ],
)
def test_a_path_that_cannot_be_used_gets_one_sentence(run, folder, data, arguments, words, capsys):
    good = pd.read_csv(data)
    good[["time", "y", "x2"]].to_csv(folder / "other.csv", index=False)
    good.iloc[:100].to_csv(folder / "few.csv", index=False)
    good.drop(columns="time").to_csv(folder / "untimed.csv", index=False)
    places = {"RUN": run, "DATA": data, "FOLDER": str(folder)}
    for word, place in places.items():
        arguments = [argument.replace(word, place) for argument in arguments]
    code = main(arguments)
    out, err = capsys.readouterr()
    _assert_one_sentence(code, out, err)
    assert words in err
    assert not (folder / "no").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["dance"],
        ["train", "good.csv"],
        ["train", "good.csv", *QUICK, "--out", "r", "--cell", "round"],
        ["train", "good.csv", *QUICK, "--out", "r", "--lookback", "ten"],
        ["forecast", "run"],
    ],
)
def test_a_wrong_usage_exits_with_2_and_says_how_to_use_it(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert "usage: python -m imv_core" in capsys.readouterr().err


def test_every_command_has_a_help(capsys):
    for command in ("train", "forecast", "explain", "score", "check"):
        with pytest.raises(SystemExit) as end:
            main([command, "--help"])
        assert end.value.code == 0
        assert "DATA" in capsys.readouterr().out


def test_a_mistake_in_a_real_shell_shows_no_traceback(folder):
    done = _shell("train", folder / "missing.csv", *QUICK, "--out", folder / "bad_run")
    _assert_one_sentence(done.returncode, done.stdout, done.stderr)
    assert _shell("train").returncode == 2
