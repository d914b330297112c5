"""Checks and recoveries as works on a run: kept, stopped, and readable after a kill."""

import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

from imv_core import ImvError, IMVForecaster, RunError, Settings, read_table
from imv_core.errors import CheckStopped, NoWindowError
from imv_core.runs import task, worker
from imv_core.runs.records import Status
from imv_core.runs.run import Run
from imv_core.runs.task import TaskKind, locked
from imv_core.synthetic import injection, recovery
from tests.conftest import ROOT

SETTINGS = Settings("y", max_epochs=1, hidden_size=2, lookback=5)


@pytest.fixture(scope="module")
def table(world):
    return read_table(world.frame[["y", "x2", "x5"]].iloc[:300], name="small")


@pytest.fixture(scope="module")
def forecaster(table):
    return IMVForecaster.from_settings(SETTINGS).fit(table)


@pytest.fixture
def adopted(table, forecaster, tmp_path):
    return Run.adopt(tmp_path / "run", forecaster, table, "theirs")


@pytest.fixture
def one_small_world(monkeypatch):
    monkeypatch.setattr(recovery, "TRIED", ("additive",))
    monkeypatch.setattr(recovery, "SEEDS", (0,))
    monkeypatch.setattr(recovery, "ROWS", 400)


def test_a_checked_run_keeps_what_the_forecaster_finds(adopted, table, forecaster):
    assert (adopted.trust, adopted.checking) == (None, None)
    told = []
    returned = worker.check(adopted.path, lambda share, what: told.append((share, what)))
    expected = forecaster.check(table)
    for report in (returned, adopted.trust):
        assert (report.verdict, report.sentence) == (expected.verdict, expected.sentence)
        pd.testing.assert_frame_equal(report.summary(), expected.summary())
        pd.testing.assert_frame_equal(report.lag_attribution, expected.lag_attribution)
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert "gradients" in [what for _, what in told]
    assert (adopted.checking.state, adopted.checking.progress) == ("finished", 1.0)
    assert adopted.status.state == "finished"
    assert sorted(path.name for path in adopted.path.glob("*[cs][kt]*")) == [
        "checking.json",
        "history.jsonl",
        "lock",
        "status.json",
        "trust.json",
    ]


def test_progress_is_noted_with_what_is_being_checked(adopted, monkeypatch):
    monkeypatch.setattr(task, "HEARTBEAT_INTERVAL", 0.001)
    seen = []
    worker.check(adopted.path, lambda *_: seen.append(adopted.checking))
    assert {status.state for status in seen} == {"checking"}
    progress = [status.progress for status in seen]
    assert progress == sorted(progress)
    assert {status.message for status in seen} >= {"gradients", "permuted variables"}
    assert seen[-1].seconds_left > 0


@pytest.mark.parametrize("how", ["a file", "the callback", "Ctrl-C"])
def test_a_stopped_check_keeps_the_report_before_it(adopted, how):
    worker.check(adopted.path)
    before = (adopted.path / "trust.json").read_bytes()

    def on_progress(share, what):
        if share > 0.3 and how == "Ctrl-C":
            raise KeyboardInterrupt
        if share > 0.3 and how == "a file":
            adopted.task(TaskKind.CHECKS).stop()
        return share > 0.3 and how == "the callback"

    with pytest.raises(KeyboardInterrupt if how == "Ctrl-C" else CheckStopped):
        worker.check(adopted.path, on_progress)
    status = adopted.checking
    assert status.state == "stopped"
    assert 0.3 < status.progress < 0.6
    assert "stopped" in status.message
    assert (adopted.path / "trust.json").read_bytes() == before
    assert not adopted.task(TaskKind.CHECKS).is_stop_requested


def test_a_wish_to_stop_checks_is_not_one_to_stop_the_training(adopted):
    adopted.task(TaskKind.CHECKS).stop()
    assert not adopted.task(TaskKind.TRAINING).is_stop_requested
    adopted.stop()
    adopted.task(TaskKind.CHECKS).withdraw_stop()
    assert adopted.task(TaskKind.TRAINING).is_stop_requested
    worker.check(adopted.path)
    assert adopted.checking.state == "finished"


def test_checks_that_cannot_be_made_say_why(table, forecaster, world, tmp_path):
    untrained = Run.create(tmp_path / "untrained", SETTINGS, table)
    with pytest.raises(RunError, match="holds no model"):
        worker.check(untrained.path)
    assert untrained.checking.state == "failed"
    assert "holds no model" in untrained.checking.message
    assert untrained.status.state == "waiting"

    few = read_table(world.frame.iloc[:100], name="few")
    short = Run.adopt(tmp_path / "few", forecaster, few, "few")
    with pytest.raises(NoWindowError):
        worker.check(short.path)
    assert short.checking.state == "failed"
    assert "test part" in short.checking.message

    (short.path / "model.imv").write_bytes(b"nothing")
    with pytest.raises(ImvError, match="not a model file"):
        worker.check(short.path)
    assert "not a model file" in short.checking.message


def test_a_run_is_not_checked_while_it_is_trained_nor_deleted_while_it_is_checked(adopted):
    with locked(adopted.path), pytest.raises(RunError, match="trained or checked by another"):
        worker.check(adopted.path)
    assert adopted.checking is None

    def on_progress(*_):
        with pytest.raises(RunError, match="trained or checked by another"):
            worker.train(adopted.path)
        return True

    with pytest.raises(CheckStopped):
        worker.check(adopted.path, on_progress)


def test_killed_checks_leave_a_readable_run_that_can_be_checked(adopted, monkeypatch):
    slowly = "import sys, time; from imv_core.runs import worker\n"
    slowly += "worker.check(sys.argv[1], lambda *_: time.sleep(0.3))"
    child = subprocess.Popen([sys.executable, "-c", slowly, str(adopted.path)], cwd=ROOT)
    deadline = time.monotonic() + 60
    while adopted.checking is None and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(child.pid, signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    assert adopted.trust is None
    assert adopted.checking.state == "checking"
    monkeypatch.setattr(task, "HEARTBEAT_TIMEOUT", 0.0)
    assert adopted.checking.state == "interrupted"
    worker.check(adopted.path)
    assert adopted.trust is not None


def test_a_recovery_is_kept_for_the_settings_it_is_of(table, tmp_path, one_small_world):
    run = Run.create(tmp_path / "run", SETTINGS, table)
    assert (run.recovery, run.recovering) == (None, None)
    found = worker.recover(run.path)
    assert run.recovery.sentence == found.sentence
    pd.testing.assert_frame_equal(run.recovery.worlds, found.worlds)
    assert (run.recovering.state, run.checking) == ("finished", None)
    run.rename("new")
    assert run.recovery is not None

    other = Run.create(tmp_path / "other", Settings("y", lookback=7), table)
    other.recovery_path.write_bytes(run.recovery_path.read_bytes())
    assert other.recovery is None


def test_a_recovery_is_stopped_by_its_own_file(table, tmp_path, one_small_world):
    run = Run.create(tmp_path / "run", SETTINGS, table)
    run.task(TaskKind.CHECKS).stop()

    def on_progress(share, what):
        assert "additive" in what
        run.task(TaskKind.RECOVERY).stop()

    with pytest.raises(CheckStopped):
        worker.recover(run.path, on_progress)
    assert (run.recovering.state, run.recovery) == ("stopped", None)


def test_a_hidden_effect_is_kept_for_the_settings_and_the_table_it_is_of(
    table, world, tmp_path, monkeypatch
):
    monkeypatch.setattr(injection, "STRENGTHS", (0.0, 0.8))
    run = Run.create(tmp_path / "run", SETTINGS, table)
    assert (run.injection, run.injecting) == (None, None)
    found = worker.inject(run.path)
    assert run.injection.sentence == found.sentence
    pd.testing.assert_frame_equal(run.injection.trials, found.trials)
    assert (run.injecting.state, run.recovering, run.checking) == ("finished", None, None)
    assert run.table.fingerprint == table.fingerprint  # the effect was hidden in copies

    later = read_table(world.frame[["y", "x2", "x5"]].iloc[1:301], name="small")
    for name, settings, other in (("a", SETTINGS, later), ("b", Settings("y"), table)):
        copy = Run.create(tmp_path / name, settings, other)
        copy.injection_path.write_bytes(run.injection_path.read_bytes())
        assert copy.injection is None


def test_the_search_for_a_hidden_effect_is_stopped_by_its_own_file(table, tmp_path):
    run = Run.create(tmp_path / "run", SETTINGS, table)
    run.task(TaskKind.RECOVERY).stop()

    def on_progress(share, what):
        assert what == "training with a hidden effect of 0%"
        run.task(TaskKind.INJECTION).stop()

    with pytest.raises(CheckStopped):
        worker.inject(run.path, on_progress)
    assert (run.injecting.state, run.injection) == ("stopped", None)
    assert not run.task(TaskKind.INJECTION).is_stop_requested


def test_a_table_that_is_gone_is_said(table, tmp_path):
    run = Run.create(tmp_path / "run", SETTINGS, table)
    (run.path / "table.parquet").unlink()
    with pytest.raises(ImvError, match="missing, damaged"):
        worker.inject(run.path)
    assert run.injecting.state == "failed"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff", b'{"state": 1}'])
def test_a_damaged_note_of_checks_counts_as_missing(adopted, content):
    (adopted.path / "checking.json").write_bytes(content)
    assert adopted.checking is None
    adopted.task(TaskKind.CHECKS).write_status(Status("waiting"))
    assert adopted.checking.is_active
