"""Trainings in a process of their own, also where it dies."""

import os
import signal
import time

import pytest
from loky import get_reusable_executor

from dashboard import jobs
from imv_core import Settings, read_table
from imv_core.runs import Run

SHORT = Settings("y", max_epochs=2, hidden_size=2, lookback=5)
LONG = Settings("y", max_epochs=400, patience=400, learning_rate=1e-4, hidden_size=2, lookback=5)


@pytest.fixture(scope="module")
def small(world):
    return read_table(world.frame[["y", "x2", "x5"]].iloc[:300], name="small")


@pytest.fixture(scope="module", autouse=True)
def _no_worker_is_left():
    yield
    get_reusable_executor(max_workers=1, timeout=jobs.IDLE_SECONDS).shutdown(kill_workers=True)


def _until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it has not come to that in time"
        time.sleep(0.05)


def _worker():
    return next(iter(get_reusable_executor(1, timeout=jobs.IDLE_SECONDS)._processes))


def test_a_started_run_trains_in_another_process_and_finishes(small, tmp_path):
    run = Run.create(tmp_path / "run", SHORT, small)
    jobs.start(run)
    assert jobs.is_here(run)
    assert run.status.is_active
    _until(lambda: not jobs.is_here(run))
    assert (run.status.state, len(run.history)) == ("finished", 2)
    assert len(run.forecaster().predict(small)) > 0
    assert _worker() != os.getpid()


def test_a_waiting_run_that_is_stopped_is_not_trained_until_it_is_started_again(small, tmp_path):
    first = Run.create(tmp_path / "first", LONG, small)
    others = [Run.create(tmp_path / f"{i}", SHORT, small) for i in range(6)]
    for run in (first, *others):
        jobs.start(run)
    _until(lambda: first.history)
    assert {run.status.state for run in others} == {"waiting"}
    next_, last = others[0], others[-1]  # at hand for the worker already, and far behind
    for run in (next_, last, first):
        jobs.stop(run)
    assert last.status.state == "stopped"
    _until(lambda: not any(jobs.is_here(run) for run in (first, *others)))
    assert first.has_model
    assert len(first.history) < LONG.max_epochs
    states = [(run.status.state, run.has_model) for run in others]
    assert states == [("stopped", False), *[("finished", True)] * 4, ("stopped", False)]
    for run in (next_, last):
        jobs.start(run)
    _until(lambda: not jobs.is_here(next_) and not jobs.is_here(last))
    assert [run.status.state for run in (next_, last)] == ["finished"] * 2


def test_a_run_is_trained_once_however_often_it_is_started(small, tmp_path):
    run = Run.create(tmp_path / "run", LONG, small)
    jobs.start(run)
    _until(lambda: run.history)
    jobs.start(run)
    assert run.status.state == "training"
    jobs.stop(run)
    _until(lambda: not jobs.is_here(run))
    assert run.status.state == "stopped"


def test_a_killed_training_is_interrupted_and_gone_on_with_where_it_was(small, tmp_path):
    run = Run.create(tmp_path / "run", LONG, small)
    jobs.start(run)
    _until(lambda: len(run.history) >= 3)
    os.kill(_worker(), signal.SIGKILL)
    _until(lambda: not jobs.is_here(run) and not run.status.is_active)
    assert run.status.state == "interrupted"
    assert "killed" in run.status.message
    before = run.history
    jobs.start(run)
    _until(lambda: len(run.history) > len(before))
    jobs.stop(run)
    _until(lambda: not jobs.is_here(run))
    assert run.history[: len(before) - 1] == before[:-1]
    assert run.has_model
