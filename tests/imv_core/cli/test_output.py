"""What the shell tells of data: what the page Data tells, on stderr, and nothing among results."""

import shlex

import numpy as np
import openpyxl
import pandas as pd
import pytest

from imv_core import read_table
from imv_core.cli.commands import main
from imv_core.cli.output import print_findings
from imv_core.runs.run import Run
from imv_core.tables.findings import Finding
from imv_core.tables.leakage import find_leakage
from imv_core.tables.resampling import resample

QUICK = ["--target", "y", "--epochs", "1", "--hidden-size", "2", "--lookback", "3"]
RESULTS = {
    "forecast": [],
    "explain": [],
    "score": [],
    "check": [],
    "report": ["-o", "REPORT"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def odd(world, folder):
    """A file with a copy of the target, times twice, a still column, and one of prose."""
    frame = world.frame[["y", "x2", "x5", "x7"]].iloc[:300].copy()
    frame["near y"] = frame["y"] + np.random.default_rng(0).normal(0, 0.01, 300)
    frame["still"] = 1.0
    frame["late"] = 0.0
    frame.loc[frame.index[-20:], "late"] = np.arange(20.0)
    frame["prose"] = [f"row {row}" for row in range(300)]
    path = folder / "odd.csv"
    pd.concat([frame, frame.iloc[[40]]]).to_csv(path)
    return str(path)


@pytest.fixture(scope="module")
def run(folder, odd):
    path = str(folder / "run")
    assert main(["train", odd, *QUICK, "--out", path]) == 0
    return path


def _said(err, kind):
    return [line.split(": ", 1)[1] for line in err.splitlines() if line.startswith(f"{kind}: ")]


def _texts(findings, warning=True):
    return [finding.text for finding in findings if finding.warning == warning]


def test_a_training_warns_of_all_that_the_page_warns_of(odd, run, capsys):
    assert main(["train", odd, *QUICK, "--out", run]) == 0
    out, err = capsys.readouterr()
    table = read_table(odd)
    kinds = [finding.kind for finding in find_leakage(table, "y")]
    assert kinds == ["near-copy"]
    *told, left_out = _said(err, "warning")
    assert told == _texts([*table.findings, *find_leakage(table, "y")])
    assert left_out == "What does not change in the training part is left out: 'late'."
    assert _said(err, "note") == []
    assert all(": " in line for line in out.splitlines())
    assert "warning" not in out


def test_remarks_are_told_where_they_are_asked_for(odd, run, capsys):
    assert main(["score", run, odd, "--verbose"]) == 0
    err = capsys.readouterr().err
    table = read_table(odd)
    assert _said(err, "note") == _texts(table.findings, warning=False)
    assert any("'prose' is text with 300 different values" in note for note in _said(err, "note"))
    assert _said(err, "warning") == _texts(table.findings)


@pytest.mark.parametrize("command", RESULTS)
def test_every_command_tells_what_was_found_and_keeps_its_result_apart(
    command, odd, run, folder, capsys
):
    options = [word.replace("REPORT", str(folder / "report.html")) for word in RESULTS[command]]
    assert main([command, run, odd, *options]) == 0
    out, err = capsys.readouterr()
    assert _said(err, "warning") == _texts(read_table(odd).findings)
    assert "warning" not in out


def test_a_suspect_that_is_left_out_is_not_warned_of(odd, folder, capsys):
    path = folder / "without"
    options = ["--leave-out", "near y", "y", "--name", "without its past"]
    assert main(["train", odd, *QUICK, *options, "--out", str(path)]) == 0
    run = Run(path)
    assert run.config.settings.variables == ("x2", "x5", "x7")
    assert run.config.name == "without its past"
    assert "nearly the same as the target" not in capsys.readouterr().err


def test_the_same_command_with_another_name_renames_the_run(odd, run):
    before = Run(run).config
    assert main(["train", odd, *QUICK, "--out", run, "--name", "  another\n name "]) == 0
    assert Run(run).config.name == "another name"
    assert main(["train", odd, *QUICK, "--out", run, "--name", before.name]) == 0
    assert Run(run).config == before


@pytest.fixture(scope="module")
def halves(world, folder):
    """Two files, the times in a column beside another one of times, one of them twice."""
    frame = world.frame[["y", "x2", "x5"]].iloc[:500].rename_axis("read").reset_index()
    frame.insert(0, "sent", frame["read"] + pd.Timedelta("1D"))
    frame = pd.concat([frame, frame.iloc[[300]].assign(y=99.0)])
    paths = [str(folder / "first half.csv"), str(folder / "second.csv")]
    for path, half in zip(paths, (frame.iloc[:250], frame.iloc[250:]), strict=True):
        half.to_csv(path, index=False)
    return paths


def test_data_is_read_as_asked_and_the_hint_reads_it_alike(halves, folder, capsys):
    path = str(folder / "coarse")
    reading = ["--time", "read", "--repeated", "mean", "--resample", "3h", "--summary", "max"]
    assert main(["train", *halves, *QUICK, "--out", path, *reading]) == 0
    out, err = capsys.readouterr()
    expected = resample(read_table(halves, time="read", repeated="mean"), "3h", "max")
    assert Run(path).config.table_fingerprint == expected.fingerprint
    hint = err.splitlines()[-1].split("python -m imv_core check ")[1]
    assert shlex.split(hint) == [path, *halves, *reading]
    assert main(["score", *shlex.split(hint)]) == 0
    assert capsys.readouterr().out == out
    assert main(["score", path, *halves, "--time", "read"]) == 1
    assert "trained on steps of 3 hours" in capsys.readouterr().err


def test_a_sheet_is_chosen_and_no_other_is_warned_of(world, folder, run, capsys):
    book = openpyxl.Workbook()
    book.active.append(["nothing", "here"])
    book.active.append([1, 2])
    sheet = book.create_sheet("numbers")
    frame = world.frame[["y", "x2", "x5", "x7"]].iloc[:300].assign(**{"near y": 1.0})
    sheet.append(["time", *frame.columns])
    for row in frame.itertuples():
        sheet.append(list(row))
    path = str(folder / "book.xlsx")
    book.save(path)
    assert main(["forecast", run, path, "--sheet", "numbers", "--part", "future"]) == 0
    assert not any("it has others" in line for line in _said(capsys.readouterr().err, "warning"))
    assert main(["forecast", run, path, "--sheet", "letters"]) == 1
    assert "has no sheet 'letters'" in capsys.readouterr().err


def test_a_name_from_a_file_breaks_no_line_and_steers_no_terminal(capsys):
    print_findings([Finding("constant", (), "Column 'a\nb\x1b[31m\udcff'\r is odd.", warning=True)])
    assert capsys.readouterr().err == "warning: Column 'a b�[31m�' is odd.\n"
