"""Trainings and checks in a process of their own, also where it dies."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from dashboard import task_process, task_queue
from imv_core import IMVForecaster, Settings, read_table
from imv_core.runs.run import Run
from imv_core.runs.task import TaskKind, locked

SHORT = Settings("y", max_epochs=2, hidden_size=2, lookback=5)
LONG = Settings("y", max_epochs=400, patience=400, learning_rate=1e-4, hidden_size=2, lookback=5)


@pytest.fixture(scope="module")
def small(world):
    return read_table(world.frame[["y", "x2", "x5"]].iloc[:300], name="small")


@pytest.fixture(scope="module")
def model(small):
    return IMVForecaster.from_settings(SHORT).fit(small)


@pytest.fixture
def checkable(model, small, tmp_path):
    """Runs whose models nobody has checked."""
    return [Run.adopt(tmp_path / f"checkable {i}", model, small, f"{i}") for i in range(2)]


@pytest.fixture(scope="module", autouse=True)
def _no_worker_is_left():
    yield
    if task_queue._process is not None:
        task_queue._process.kill()


@pytest.fixture(autouse=True)
def _nothing_waits_for_the_next_test():
    yield
    _until(_is_emptied)


def _is_emptied():
    for queued in task_queue.queue():
        task_queue.stop(*queued)
    return not task_queue.queue()


def _until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it has not come to that in time"
        time.sleep(0.05)


def _is_here(run):
    return task_queue.position(run) is not None


def _worker():
    return task_queue._process.pid


def test_a_started_run_trains_in_another_process_and_finishes(small, tmp_path):
    run = Run.create(tmp_path / "run", SHORT, small)
    task_queue.start(run)
    assert task_queue.position(run) == 0
    assert run.status.is_active
    _until(lambda: not _is_here(run))
    assert (run.status.state, len(run.history)) == ("finished", 2)
    assert len(run.forecaster().predict(small)) > 0
    assert _worker() != os.getpid()


def test_a_training_gives_way_to_the_pages(small, tmp_path):
    run = Run.create(tmp_path / "run", LONG, small)
    task_queue.start(run)
    _until(lambda: run.history)
    assert os.getpriority(os.PRIO_PROCESS, _worker()) >= min(
        19, os.getpriority(os.PRIO_PROCESS, 0) + task_process.NICENESS
    )
    task_queue.stop(run)
    _until(lambda: not _is_here(run))


def test_trainings_wait_in_order_and_one_that_waits_is_taken_out_at_once(small, tmp_path):
    first = Run.create(tmp_path / "first", LONG, small)
    others = [Run.create(tmp_path / f"{i}", SHORT, small) for i in range(4)]
    for run in (first, *others):
        task_queue.start(run)
    assert [task_queue.position(run) for run in (first, *others)] == [0, 1, 2, 3, 4]
    _until(lambda: first.history)
    assert {run.status.state for run in others} == {"waiting"}
    next_, last = others[0], others[-1]
    for run in (next_, last):
        task_queue.stop(run)
        assert (run.status.state, task_queue.position(run)) == ("stopped", None)
    assert [run.path for run, _ in task_queue.queue()] == [
        run.path for run in (first, *others[1:3])
    ]
    task_queue.stop(first)
    task_queue.start(next_)  # behind those that were there before
    _until(lambda: not any(_is_here(run) for run in (first, *others)))
    assert first.has_model
    assert len(first.history) < LONG.max_epochs
    ended = [run.status.updated for run in (first, *others[1:3], next_)]
    assert ended == sorted(ended)
    states = [(run.status.state, run.has_model) for run in others]
    assert states == [*[("finished", True)] * 3, ("stopped", False)]


def test_what_was_stopped_in_the_queue_can_be_trained_and_gone_on_with(small, tmp_path):
    long, run = (Run.create(tmp_path / f"{i}", LONG, small) for i in range(2))
    for _ in range(2):
        task_queue.start(run)
        _until(lambda: run.status.state == "training" and run.status.progress > 0)
        task_queue.stop(run)
        _until(lambda: not _is_here(run))
    epochs = len(run.history)
    assert 0 < run.status.progress < 1
    for queued in (long, run):
        task_queue.start(queued)
    task_queue.stop(run)
    assert (run.status.state, len(run.history), run.has_model) == ("stopped", epochs, True)
    assert run.checkpoint_path.exists()
    task_queue.stop(long)
    _until(lambda: not _is_here(long))


def test_a_run_is_trained_once_however_often_it_is_started(small, tmp_path):
    run = Run.create(tmp_path / "run", LONG, small)
    task_queue.start(run)
    _until(lambda: run.history)
    task_queue.start(run)
    assert run.status.state == "training"
    task_queue.stop(run)
    _until(lambda: not _is_here(run))
    assert run.status.state == "stopped"


def test_a_killed_training_is_interrupted_and_gone_on_with_and_the_next_has_its_turn(
    small, tmp_path
):
    run, next_ = (
        Run.create(tmp_path / name, settings, small)
        for name, settings in {"run": LONG, "next": SHORT}.items()
    )
    task_queue.start(run)
    task_queue.start(next_)
    _until(lambda: len(run.history) >= 3)
    os.kill(_worker(), signal.SIGKILL)
    _until(lambda: not _is_here(run) and not run.status.is_active)
    assert run.status.state == "interrupted"
    assert "killed" in run.status.message
    before = run.history
    _until(lambda: next_.status.state == "finished")
    task_queue.start(run)
    _until(lambda: len(run.history) > len(before))
    task_queue.stop(run)
    _until(lambda: not _is_here(run))
    assert run.history[: len(before) - 1] == before[:-1]
    assert run.has_model


def test_a_run_whose_folder_is_gone_keeps_nobody_waiting(small, tmp_path):
    runs = [Run.create(tmp_path / f"{i}", SHORT, small) for i in range(2)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            task_queue.threading,
            "Thread",
            lambda **_: SimpleNamespace(start=lambda: None, join=lambda timeout: None),
        )
        for run in runs:
            task_queue.start(run)
    shutil.rmtree(runs[0].path)
    task_queue._run_queue()
    assert runs[1].status.state == "finished"
    assert runs[1].trust is not None
    assert task_queue.queue() == []


@pytest.mark.parametrize("end", ["leaves", "is killed"])
def test_a_server_that_ends_does_not_wait_for_its_training_nor_leave_it_behind(
    small, tmp_path, end
):
    run = Run.create(tmp_path / "run", LONG, small)
    code = (
        "import os, sys, time\n"
        "from dashboard import task_queue; from imv_core.runs.run import Run\n"
        "run = Run(sys.argv[1]); task_queue.start(run)\n"
        "while not run.history: time.sleep(0.05)\n"
        "print(task_queue._process.pid, flush=True)\n"
    )
    code += "os.kill(os.getpid(), 9)" if end == "is killed" else ""
    command = [sys.executable, "-c", code, str(run.path)]
    ended = subprocess.run(
        command,
        cwd=Path(task_queue.__file__).parents[1],
        timeout=60,
        stdout=subprocess.PIPE,
        text=True,
    )
    worker = Path("/proc") / ended.stdout.strip()
    _until(lambda: not worker.exists())
    assert len(run.history) < LONG.max_epochs
    assert run.checkpoint_path.exists()
    if end == "leaves":
        assert run.status.state == "interrupted"


def _is_being_checked(run):
    return run.checking is not None and run.checking.state == "checking"


def test_checks_follow_a_training_by_themselves(small, tmp_path):
    run = Run.create(tmp_path / "run", SHORT, small)
    task_queue.start(run)
    assert run.checking is None
    _until(lambda: not task_queue.queue())
    assert run.status.state == "finished"
    assert (run.checking.state, run.checking.progress) == ("finished", 1.0)
    assert run.trust.variables == run.config.variables
    assert (run.recovering, run.injecting) == (None, None)
    task_queue.start(run)  # it is trained and checked already
    _until(lambda: not task_queue.queue())
    assert run.checking.state == "finished"


def test_a_training_that_failed_is_not_checked(small, tmp_path):
    run = Run.create(tmp_path / "run", SHORT, small)
    (run.path / "table.parquet").write_bytes(b"nothing")
    task_queue.start(run)
    _until(lambda: not task_queue.queue())
    assert (run.status.state, run.checking) == ("failed", None)


def test_trainings_have_their_turn_before_checks_and_those_before_recoveries(
    small, tmp_path, checkable
):
    first, later = (Run.create(tmp_path / name, LONG, small) for name in ("first", "later"))
    a, b = checkable
    task_queue.start(first)
    asked = [
        (task_queue.inject, b),
        (task_queue.recover, a),
        (task_queue.check, b),
        (task_queue.start, later),
    ]
    for queue_it, run in [*asked, (task_queue.check, a)]:
        queue_it(run)
        queue_it(run)  # once is enough
    expected = [
        (first, TaskKind.TRAINING),
        (later, TaskKind.TRAINING),
        (b, TaskKind.CHECKS),
        (a, TaskKind.CHECKS),
        (a, TaskKind.RECOVERY),
        (b, TaskKind.INJECTION),
    ]
    assert [(run.path, kind) for run, kind in task_queue.queue()] == [
        (r.path, k) for r, k in expected
    ]
    assert [task_queue.position(*place) for place in expected] == [0, 1, 2, 3, 4, 5]
    assert (task_queue.position(a), task_queue.position(b, "checks")) == (None, 2)
    assert (a.checking.state, a.recovering.state) == ("waiting", "waiting")
    task_queue.stop(a, TaskKind.CHECKS)
    assert (a.checking.state, a.recovering.state) == ("stopped", "waiting")
    assert "out of the queue" in a.checking.message
    assert (
        task_queue.position(a, TaskKind.RECOVERY),
        task_queue.position(b, TaskKind.INJECTION),
    ) == (3, 4)
    assert a.status.state == "finished"


def test_a_hidden_effect_is_searched_for_and_stopped_in_another_process(checkable):
    run, next_ = checkable
    for each in checkable:
        task_queue.inject(each)
    task_queue.stop(next_, TaskKind.INJECTION)
    assert "out of the queue" in next_.injecting.message
    _until(lambda: task_queue.position(run, TaskKind.INJECTION) is None)
    assert (run.injecting.state, run.status.state, run.checking) == ("finished", "finished", None)
    assert run.injection.lag == 3
    assert next_.injection is None


def test_checks_are_stopped_and_made_again(checkable):
    run, next_ = checkable
    task_queue.check(run)
    task_queue.check(next_)
    _until(lambda: _is_being_checked(run))
    task_queue.stop(run, TaskKind.CHECKS)
    _until(lambda: task_queue.position(run, TaskKind.CHECKS) is None)
    assert (run.checking.state, run.trust) == ("stopped", None)
    task_queue.check(run)  # behind the other
    _until(lambda: not task_queue.queue())
    assert None not in (run.trust, next_.trust)
    assert run.checking.updated > next_.checking.updated


def test_a_training_that_goes_on_does_not_wait_for_the_checks_of_the_model_before(small, tmp_path):
    run = Run.create(tmp_path / "run", LONG, small)
    task_queue.start(run)
    _until(lambda: run.history)
    task_queue.stop(run)
    _until(lambda: _is_being_checked(run))
    epochs = len(run.history)
    task_queue.start(run)
    _until(lambda: len(run.history) > epochs)
    assert (run.checking.state, run.trust) == ("stopped", None)
    task_queue.stop(run)
    _until(lambda: not task_queue.queue())
    assert (run.status.state, run.checking.state) == ("stopped", "finished")
    assert run.trust is not None


def test_killed_checks_are_interrupted_and_the_next_have_their_turn(checkable):
    run, next_ = checkable
    task_queue.check(run)
    task_queue.check(next_)
    _until(lambda: _is_being_checked(run))
    os.kill(_worker(), signal.SIGKILL)
    _until(lambda: task_queue.position(run, TaskKind.CHECKS) is None)
    assert (run.checking.state, run.trust) == ("interrupted", None)
    assert "killed" in run.checking.message
    assert run.status.state == "finished"
    _until(lambda: not task_queue.queue())
    assert next_.trust is not None


def test_checks_that_cannot_be_made_say_why(small, tmp_path):
    run = Run.create(tmp_path / "run", SHORT, small)
    task_queue.check(run)
    _until(lambda: not task_queue.queue())
    assert run.checking.state == "failed"
    assert "holds no model" in run.checking.message


def test_a_server_that_ends_leaves_no_checks_that_wait_for_ever(checkable):
    code = (
        "import sys, time; from dashboard import task_queue; from imv_core.runs.run import Run\n"
        "runs = [Run(path) for path in sys.argv[1:]]\n"
        "for run in runs: task_queue.check(run)\n"
        "while runs[0].checking.state != 'checking': time.sleep(0.05)\n"
    )
    command = [sys.executable, "-c", code, *(str(run.path) for run in checkable)]
    subprocess.run(command, cwd=Path(task_queue.__file__).parents[1], timeout=60, check=True)
    assert [run.checking.state for run in checkable] == ["interrupted"] * 2
    assert "server was ended" in checkable[1].checking.message


SERVED = """
import os
from contextlib import asynccontextmanager
import streamlit
from dashboard import task_queue
from dashboard.app import lifespan as run_server
from dashboard.paths import HERE
from imv_core.runs.listing import list_runs

@asynccontextmanager
async def lifespan(app):
    for run in list_runs(os.environ["IMV_RUNS"]):
        task_queue.start(run)
    async with run_server(app):
        yield

app = streamlit.App(HERE / "navigation" / "script.py", lifespan=lifespan)
"""


def _waits(run):
    return f"""
import sys, time
from dashboard import task_queue
from imv_core.runs.run import Run
run = Run({str(run.path)!r})
task_queue.start(run)
while task_queue._process is None: time.sleep(0.05)
print(task_queue._process.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no Ctrl-C for another process")
def test_ctrl_c_ends_a_server_that_no_library_guards_and_its_training(small, tmp_path):
    run = Run.create(tmp_path / "run", LONG, small)
    command = [sys.executable, "-c", _waits(run)]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "start_new_session": True}
    root = Path(task_queue.__file__).parents[1]
    with subprocess.Popen(command, cwd=root, **options) as server:
        worker = Path("/proc") / server.stdout.readline().decode().strip()
        _until(lambda: run.history)
        os.killpg(server.pid, signal.SIGINT)  # as a terminal does: to the training as well
        _, errors = server.communicate(timeout=20)
    assert not worker.exists()
    assert (run.status.state, run.status.message) == ("interrupted", "Its server was ended.")
    assert errors.count(b"Traceback") == 1  # that of the server


def test_a_process_that_ended_for_want_of_tasks_is_started_anew(checkable, monkeypatch):
    idle = "import os, sys; sys.stdin.readline(); os._exit(0)"
    begin = subprocess.Popen
    started = []

    def popen(command, **options):
        started.append(command)
        return begin([sys.executable, "-c", idle] if len(started) == 1 else command, **options)

    if task_queue._process is not None:
        task_queue._process.kill()
    monkeypatch.setattr(task_process.subprocess, "Popen", popen)
    task_queue.inject(checkable[0])
    _until(lambda: not task_queue.queue())
    assert checkable[0].injecting.state == "finished"
    assert len(started) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGTERM for another process")
@pytest.mark.parametrize("signal_", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_asked_to_end_notes_at_once_what_was_at_work(small, tmp_path, signal_):
    runs = [Run.create(tmp_path / "runs" / f"{i}", LONG, small) for i in range(2)]
    (tmp_path / "served.py").write_text(SERVED)
    root = Path(task_queue.__file__).parents[1]
    environment = {**os.environ, "IMV_RUNS": str(tmp_path / "runs"), "PYTHONPATH": str(root)}
    options = ["--server.headless=true", "--server.address=127.0.0.1", f"--server.port={_port()}"]
    command = [sys.executable, "-m", "streamlit", "run", str(tmp_path / "served.py"), *options]
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(
        command, cwd=root, env=environment, start_new_session=True, **streams
    ) as server:
        _until(lambda: any(run.status.state == "training" and run.history for run in runs))
        os.killpg(server.pid, signal_)
        server.wait(timeout=20)
    states = sorted((run.status.state, run.status.message) for run in runs)
    assert states == [("interrupted", "Its server was ended."), ("waiting", "")]


def _port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_folder_that_another_process_holds_is_a_failure_with_its_sentence(checkable):
    run = checkable[0]
    with locked(run.path):
        task_queue.check(run)
        _until(lambda: run.checking is not None and run.checking.state == "failed")
    assert run.checking.message
    assert not run.checking.is_active


def test_what_would_take_long_is_not_checked_without_being_asked(checkable, monkeypatch):
    monkeypatch.setattr(task_queue, "check", (asked := []).append)
    task_queue._check_unchecked(checkable[0])
    assert asked == [checkable[0]]
    monkeypatch.setattr(task_queue, "MOST_VALUES", 5)  # of 5 lags of 3 variables
    task_queue._check_unchecked(checkable[0])
    assert len(asked) == 1


def test_further_seeds_are_trained_for_checks_that_ask_for_them(checkable):
    run = checkable[0]
    task_queue.check(run, siblings=1)
    _until(lambda: run.trust is not None)
    assert len(run.trust.stability.query("over == 'seeds'")) == 1  # a pair
