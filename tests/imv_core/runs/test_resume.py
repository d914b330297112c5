"""A training that was stopped is gone on with as if nothing had happened."""

import signal
import subprocess
import sys
import time
from dataclasses import replace

import pandas as pd
import pytest

from imv_core import IMVForecaster, RunError, Settings, read_table
from imv_core.cli.commands import main
from imv_core.errors import CheckpointError
from imv_core.runs import task
from imv_core.runs.run import Run
from imv_core.runs.task import TaskKind
from imv_core.runs.worker import train
from imv_core.training.trainer import is_over
from tests.conftest import ROOT

SETTINGS = Settings("y", max_epochs=3, hidden_size=2, lookback=5, attention="states")


@pytest.fixture(scope="module")
def small(world):
    return read_table(world.frame[["y", "x2", "x5"]].iloc[:400], name="small")


@pytest.fixture(scope="module")
def uninterrupted(small):
    return IMVForecaster.from_settings(SETTINGS).fit(small)


@pytest.fixture
def run(small, tmp_path):
    return Run.create(tmp_path / "run", SETTINGS, small)


def _epochs(history):
    """All but the time that an epoch took."""
    return [{**record.to_json(), "seconds": 0} for record in history]


def _assert_same(run, forecaster, table):
    assert run.status.state == "finished"
    assert _epochs(run.history) == _epochs(forecaster.fitted.history)
    score = forecaster.score(table)
    pd.testing.assert_series_equal(run.forecaster().score(table), score)
    pd.testing.assert_series_equal(run.scores, score)
    assert not run.checkpoint_path.exists()
    assert not run.task(TaskKind.TRAINING).is_stop_requested


@pytest.mark.parametrize("epoch", [1, 2])
def test_a_stopped_training_goes_on_with_the_same_numbers(run, small, uninterrupted, epoch):
    train(run.path, on_epoch=lambda record: run.stop() if record.epoch == epoch else None)
    assert (run.status.state, len(run.history), run.has_model) == ("stopped", epoch, True)
    train(run.path)
    _assert_same(run, uninterrupted, small)


@pytest.mark.parametrize("epoch", [1, 2])
def test_a_training_stopped_within_an_epoch_goes_on_with_the_same_numbers(
    run, small, uninterrupted, epoch
):
    train(run.path, on_batch=lambda share: len(run.history) == epoch - 1 and share > 0.4)
    assert (run.status.state, run.has_model) == ("stopped", True)
    starts = []
    train(run.path, on_batch=lambda share: starts.append(run.status.progress) and None)
    assert starts[0] == pytest.approx((epoch - 1) / 3, abs=0.05)  # an unfinished one is repeated
    _assert_same(run, uninterrupted, small)


def test_a_stop_in_the_last_epoch_ends_a_training_that_is_finished(run, small, uninterrupted):
    train(run.path, on_epoch=lambda record: run.stop() if record.epoch == 3 else None)
    _assert_same(run, uninterrupted, small)


@pytest.mark.parametrize(
    ("best", "epochs", "over"), [(2, 3, False), (2, 4, True), (0, 1, False), (0, 2, True)]
)
def test_a_training_is_over_where_the_last_epochs_gained_nothing(uninterrupted, best, epochs, over):
    record = uninterrupted.fitted.history[0]
    history = [replace(record, epoch=e, is_best=e == best) for e in range(1, epochs + 1)]
    assert is_over(history, Settings("y", max_epochs=9, patience=2)) == over
    assert is_over(history, Settings("y", max_epochs=epochs, patience=9))
    assert not is_over(history, Settings("y", max_epochs=epochs + 1, patience=9))


def test_a_finished_run_is_not_trained_again(run, monkeypatch):
    train(run.path)
    written = run.model_path.stat().st_mtime_ns
    train(run.path)
    assert run.model_path.stat().st_mtime_ns == written


@pytest.mark.parametrize("damage", ["nothing", "half", "other"])
def test_with_a_damaged_checkpoint_a_training_begins_again_and_says_so(
    run, small, uninterrupted, damage, tmp_path
):
    train(run.path, on_epoch=lambda record: run.stop() if record.epoch == 2 else None)
    whole = run.checkpoint_path.read_bytes()
    if damage == "other":
        larger = IMVForecaster("y", max_epochs=1, hidden_size=3, lookback=5)
        larger.fit(small, checkpoint=tmp_path / "other")
        whole = (tmp_path / "other").read_bytes()
    content = {"nothing": b"", "half": whole[: len(whole) // 2], "other": whole}[damage]
    run.checkpoint_path.write_bytes(content)
    messages = []
    train(run.path, on_epoch=lambda record: messages.append((record.epoch, run.status.message)))
    assert [epoch for epoch, _ in messages] == [1, 2, 3]
    assert "damaged, so it began again" in run.status.message
    _assert_same(run, uninterrupted, small)


def test_in_python_a_damaged_checkpoint_is_a_sentence_and_stays(small, tmp_path):
    (tmp_path / "mine").write_bytes(b"something else")
    with pytest.raises(CheckpointError, match="mine' is damaged"):
        IMVForecaster.from_settings(SETTINGS).fit(small, checkpoint=tmp_path / "mine")
    assert (tmp_path / "mine").read_bytes() == b"something else"


def test_the_shell_goes_on_with_a_stopped_training(world, tmp_path, capsys):
    world.frame.iloc[:400, :3].to_csv(tmp_path / "data.csv")
    told = ["--target", "y", "--epochs", "2", "--hidden-size", "2"]
    told = ["train", str(tmp_path / "data.csv"), *told, "--out", str(tmp_path / "run")]
    assert main(["train", "nothing.csv", *told[2:]]) == 1
    run = _prepared(told, tmp_path / "run")
    assert main(told) == 0
    assert (run.status.state, len(run.history)) == ("finished", 2)
    assert "trained already" not in capsys.readouterr().err


def _prepared(told, path):
    """The run that a command makes, stopped after its first epoch."""

    def stop_early(folder, on_epoch, on_batch):
        train(folder, on_epoch=lambda record: record.epoch == 1)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("imv_core.runs.worker.train", stop_early)
        assert main(told) == 0
    run = Run(path)
    assert (run.status.state, len(run.history)) == ("stopped", 1)
    return run


def test_of_two_processes_one_trains_a_run_and_a_death_frees_it(run, small, uninterrupted):
    slowly = "import sys, time; from imv_core.runs.worker import train\n"
    slowly += "train(sys.argv[1], on_batch=lambda share: time.sleep(0.3))"
    command = [sys.executable, "-c", slowly, str(run.path)]
    both = [
        subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    deadline = time.monotonic() + 60
    while not any(child.poll() for child in both) and time.monotonic() < deadline:
        time.sleep(0.02)
    refused = next(child for child in both if child.returncode == 1)
    assert "is being trained or checked by another" in refused.communicate()[1]
    assert run.status.state == "training"
    with pytest.raises(RunError, match="is being trained or checked by another"):
        train(run.path)
    other = next(child for child in both if child is not refused)
    other.send_signal(signal.SIGKILL)
    other.communicate()
    train(run.path)  # at once
    _assert_same(run, uninterrupted, small)


def test_a_wish_to_stop_that_is_withdrawn_stops_nothing(run, monkeypatch):
    monkeypatch.setattr(task, "HEARTBEAT_INTERVAL", 0.01)
    run.stop()
    run.task(TaskKind.TRAINING).withdraw_stop()
    train(run.path)
    assert run.status.state == "finished"
