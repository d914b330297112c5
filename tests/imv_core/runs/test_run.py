"""A run's folder: readable after a kill at any moment, and gone on with from anywhere."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from imv_core import ImvError, IMVForecaster, RunError, Settings, TableError, read_table
from imv_core.runs import listing, task
from imv_core.runs.listing import list_runs
from imv_core.runs.records import Status
from imv_core.runs.run import Run
from imv_core.runs.trash import delete
from imv_core.runs.worker import train
from tests.conftest import ROOT

SETTINGS = Settings("y", max_epochs=3, hidden_size=2, lookback=5)
WHOLE = [
    "config.json",
    "explanation.safetensors",
    "history.jsonl",
    "model.imv",
    "scores.json",
    "status.json",
    "table.parquet",
]
GARBAGE = [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"state": 1}', b'{"name": []}', b"[" * 10_000]


@pytest.fixture(scope="module")
def small(world):
    return read_table(world.frame[["y", "x2", "x5"]].iloc[:400], name="small")


@pytest.fixture(scope="module")
def uninterrupted(small):
    return IMVForecaster.from_settings(SETTINGS).fit(small)


@pytest.fixture
def run(small, tmp_path):
    return Run.create(tmp_path / "run", SETTINGS, small)


def _names(run):
    return sorted(path.name for path in run.path.iterdir())


def _epochs(history):
    """All but the time that an epoch took."""
    return [{**record.to_json(), "seconds": 0} for record in history]


def _assert_same(run, forecaster, table):
    assert _epochs(run.history) == _epochs(forecaster.fitted.history)
    pd.testing.assert_series_equal(run.forecaster().score(table), forecaster.score(table))


def test_a_run_keeps_what_was_asked_and_on_which_table(run, small):
    again = Run(run.path)
    assert again.config.settings == SETTINGS
    assert again.config.table_fingerprint == small.fingerprint == again.table.fingerprint
    assert (again.status.state, again.history, again.has_model) == ("waiting", [], False)
    assert again.matches(SETTINGS, small)
    assert not again.matches(Settings("y", seed=1), small)
    with pytest.raises(RunError, match="holds no model"):
        again.forecaster()


def test_a_trained_run_holds_the_model_the_epochs_and_nothing_else(run, small, uninterrupted):
    train(run.path)
    _assert_same(run, uninterrupted, small)
    assert _names(run) == sorted([*WHOLE, "lock"])
    assert (run.status.state, run.status.progress) == ("finished", 1.0)
    best = [f"epoch {record.epoch}" for record in run.history if record.is_best]
    kept = best[-1] if best else "the start"
    assert f"3 epochs; the weights are those of {kept}" in run.status.message


def test_a_run_does_not_go_where_something_else_is(run, small, tmp_path):
    with pytest.raises(RunError, match="not empty"):
        Run.create(run.path, SETTINGS, small)
    (tmp_path / "file").touch()
    for place in ("file", "file/below"):
        with pytest.raises(RunError, match="cannot be written"):
            Run.create(tmp_path / place, SETTINGS, small)


def test_settings_that_do_not_fit_the_table_leave_no_folder(small, tmp_path):
    with pytest.raises(TableError, match="no column 'z'"):
        Run.create(tmp_path / "run", Settings("z"), small)
    assert list(tmp_path.iterdir()) == []


def test_a_killed_process_leaves_a_readable_run_that_can_be_finished(
    run, small, uninterrupted, monkeypatch
):
    slowly = "import time, sys; from imv_core.runs.worker import train\n"
    slowly += "train(sys.argv[1], on_batch=lambda share: time.sleep(0.3))"
    child = subprocess.Popen([sys.executable, "-c", slowly, str(run.path)], cwd=ROOT)
    deadline = time.monotonic() + 60
    while not run.history and time.monotonic() < deadline:
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL

    assert 1 <= len(run.history) < SETTINGS.max_epochs
    assert _epochs(run.history) == _epochs(uninterrupted.fitted.history)[: len(run.history)]
    assert run.config.settings == SETTINGS
    assert run.table.fingerprint == small.fingerprint
    assert run.status.state == "training"
    monkeypatch.setattr(task, "HEARTBEAT_TIMEOUT", 0.0)
    assert run.status.state == "interrupted"
    epochs = []
    known = len(run.history)
    train(run.path, on_epoch=lambda record: epochs.append(record.epoch))
    assert epochs == list(range(known + 1, SETTINGS.max_epochs + 1))
    _assert_same(run, uninterrupted, small)


def test_a_kill_at_any_write_leaves_a_run_that_ends_in_the_same_numbers(
    small, uninterrupted, tmp_path, monkeypatch
):
    class Killed(BaseException):
        pass

    whole = Path.replace
    writes_left = 0

    def replace(self, target):
        nonlocal writes_left
        writes_left -= 1
        if writes_left < 0:
            raise Killed
        return whole(self, target)

    monkeypatch.setattr(task, "HEARTBEAT_TIMEOUT", -1.0)
    for kill_at in range(100):
        run = Run.create(tmp_path / f"run {kill_at}", SETTINGS, small)
        writes_left = kill_at
        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", replace)
            try:
                train(run.path)
            except Killed:
                pass
            else:
                break  # it made fewer writes than that
        assert run.status.state in ("waiting", "interrupted")
        assert len(run.history) <= 3
        if run.has_model:
            run.forecaster()
        train(run.path)
        _assert_same(run, uninterrupted, small)
    assert kill_at > 10


def test_a_file_called_stop_ends_a_training_with_its_best_epoch(run, small, uninterrupted):
    train(run.path, on_epoch=lambda record: run.stop() if record.epoch == 2 else None)
    assert [record.epoch for record in run.history] == [1, 2]
    assert (run.status.state, run.status.progress) == ("stopped", pytest.approx(2 / 3))
    assert _names(run) == sorted([*WHOLE, "checkpoint", "lock"])
    two = IMVForecaster.from_settings(SETTINGS).fit(small, lambda record: record.epoch == 2)
    _assert_same(run, two, small)


def test_a_run_stopped_before_its_first_epoch_can_still_be_trained_later(run):
    run.stop()
    train(run.path)
    assert (run.status.state, run.has_model, run.history) == ("stopped", False, [])
    assert "before its first epoch" in run.status.message
    train(run.path)
    assert (run.status.state, run.has_model) == ("finished", True)


def test_a_stop_within_a_long_epoch_is_noticed(run, monkeypatch):
    monkeypatch.setattr(task, "HEARTBEAT_INTERVAL", 0.01)
    shares = []

    def on_batch(share):
        shares.append(share)
        run.stop()
        time.sleep(0.5)  # a long batch: the wish is noticed meanwhile

    train(run.path, on_batch=on_batch)
    assert len(shares) == 1
    assert run.status.state == "stopped"
    assert run.has_model


def test_a_heartbeat_tells_progress_and_the_time_left(run, monkeypatch):
    monkeypatch.setattr(task, "HEARTBEAT_INTERVAL", 0.0)
    seen = []
    train(run.path, on_batch=lambda share: seen.append(run.status))
    progress = [status.progress for status in seen]
    assert progress == sorted(progress)
    assert all(status.state == "training" for status in seen)
    middle = seen[len(seen) // 2]
    assert middle.seconds_left > 0
    assert 0 < middle.progress < 1


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (TableError("The rows ran away."), "The rows ran away."),
        (ZeroDivisionError("by 0"), "Unexpected: ZeroDivisionError: by 0"),
    ],
)
def test_a_failure_is_written_as_a_sentence_and_raised(run, error, sentence):
    def fail(record):
        raise error

    with pytest.raises(type(error)):
        train(run.path, on_epoch=fail)
    assert (run.status.state, run.status.message) == ("failed", sentence)


def test_a_run_whose_table_is_damaged_fails_with_a_sentence(run):
    (run.path / "table.parquet").write_bytes(b"nothing")
    with pytest.raises(ImvError, match="damaged"):
        train(run.path)
    assert "damaged" in run.status.message


def test_a_run_is_not_trained_twice_at_once(run):
    refusals = []

    def again(record):
        with pytest.raises(RunError, match="being trained or checked by another") as refusal:
            train(run.path)
        refusals.append(refusal)

    train(run.path, on_epoch=again)
    assert len(refusals) == 3
    assert run.status.state == "finished"


def test_runs_are_listed_newest_first_and_junk_is_passed_over(small, tmp_path):
    for number, name in enumerate(["older", "newer"]):
        made = Run.create(tmp_path / name, SETTINGS, small, name)
        config = json.loads((made.path / "config.json").read_text())
        config["created"] = f"2020-01-0{number + 1}T00:00:00+00:00"
        (made.path / "config.json").write_text(json.dumps(config))
    for number, junk in enumerate(GARBAGE):
        (tmp_path / f"junk {number}").mkdir()
        (tmp_path / f"junk {number}" / "config.json").write_bytes(junk)
    for name, wrong in (
        ("created", 5),
        ("created", "noon"),
        ("settings", []),
        ("settings", {"target": 1}),
    ):
        (tmp_path / f"wrong {name} {wrong}").mkdir()
        path = tmp_path / f"wrong {name} {wrong}" / "config.json"
        path.write_text(json.dumps({**config, name: wrong}))
    (tmp_path / "empty").mkdir()
    (tmp_path / "config.json").mkdir()
    (tmp_path / "notes.txt").touch()
    assert [run.config.name for run in list_runs(tmp_path)] == ["newer", "older"]
    assert list_runs(tmp_path / "nowhere") == []


@pytest.mark.parametrize("content", GARBAGE)
def test_a_run_with_garbage_in_it_is_a_run_error(run, content):
    if content:
        (run.path / "history.jsonl").write_bytes(content)
        with pytest.raises(RunError, match="history"):
            _ = run.history
    (run.path / "status.json").write_bytes(content)
    with pytest.raises(RunError, match="status"):
        _ = run.status
    (run.path / "config.json").write_bytes(content)
    with pytest.raises(RunError, match="is not the folder of a run"):
        Run(run.path)


@pytest.mark.parametrize("wrong", [{"updated": "x"}, {"progress": None}, {"state": 1}, {"a": 1}])
def test_a_status_of_wrong_types_is_a_run_error(run, wrong):
    text = json.dumps({"state": "training", "updated": 1.0, **wrong})
    (run.path / "status.json").write_text(text)
    with pytest.raises(RunError, match="status"):
        _ = run.status


@pytest.mark.parametrize(
    "file", ["status.json", "checking.json", "recovering.json", "injecting.json"]
)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("state", state) for state in ("bogus", "", "damaged", None, 1, ["training"])),
        *(("progress", share) for share in ("NaN", "Infinity", 1e308, 1.5, -1, 10**400, "0.5")),
        *(("seconds_left", left) for left in ("NaN", "Infinity", -1, 1e300, 10**400, "5")),
        *(("updated", at) for at in ("NaN", "-Infinity", -1, 10**400)),
        *(("message", text) for text in (1, None, "\ud800")),
    ],
)
def test_a_status_out_of_its_range_counts_as_damaged(run, file, name, value):
    record = {"state": "finished", "progress": 1.0, "updated": 1.0, name: value}
    text = json.dumps(record)
    for word in ("NaN", "-Infinity", "Infinity"):
        text = text.replace(f'"{word}"', word)  # as Python's JSON has numbers that are none
    (run.path / file).write_text(text)
    kind = next(kind for kind, (own, _) in task.FILES.items() if own == file)
    assert run.task(kind).status is None


@pytest.mark.parametrize(
    ("file", "state"),
    [
        ("status.json", "checking"),
        ("checking.json", "training"),
        ("recovering.json", "training"),
        ("injecting.json", "training"),
    ],
)
def test_a_work_is_not_in_the_state_of_another(run, file, state):
    text = json.dumps({"state": state, "updated": time.time()})
    (run.path / file).write_text(text)
    kind = next(kind for kind, (own, _) in task.FILES.items() if own == file)
    assert run.task(kind).status is None


@pytest.mark.parametrize("hours", [-1, 1, 24 * 365])
def test_where_the_clock_was_set_back_a_training_that_has_ended_is_still_known_as_such(run, hours):
    run.write_status(Status("training", 0.5, updated=time.time() + 3600 * hours))
    assert run.status.state == "interrupted"


def test_a_status_is_written_where_no_new_file_can_be(run):
    (run.path / "status.json.part").mkdir()
    for message in ("a long message " * 9, "short"):
        run.write_status(Status("failed", message=message))
        assert run.status.message == message


def test_a_training_whose_folder_takes_no_more_says_so_at_once(run):
    (run.path / "checkpoint.part").mkdir()
    with pytest.raises(RunError, match="cannot be written to: Is a directory"):
        train(run.path)
    assert run.status.state == "failed"
    assert "cannot be written to: Is a directory" in run.status.message


@pytest.fixture(scope="module")
def large(small):
    """A model whose file is larger than that of its table."""
    return IMVForecaster("y", max_epochs=1, hidden_size=24).fit(small)


@pytest.mark.parametrize("size", [1000, 12_000, 20_000])
def test_where_files_cannot_grow_nothing_of_a_new_run_stays(small, large, tmp_path, size):
    resource = pytest.importorskip("resource")
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    refusals = []
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limit[1]))
    try:
        for make in (
            lambda: Run.create(tmp_path / "made", SETTINGS, small),
            lambda: Run.adopt(tmp_path / "adopted", large, small, "adopted"),
        ):
            try:
                make()
            except RunError as error:
                refusals.append(str(error))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert all(refusal.endswith("cannot be written to: File too large.") for refusal in refusals)
    assert len(list(tmp_path.iterdir())) == 2 - len(refusals)
    assert len(refusals) == (1 if size == 20_000 else 2)


def test_a_name_that_cannot_be_kept_leaves_the_one_before(run):
    (run.path / "config.json.part").mkdir()
    with pytest.raises(RunError, match="cannot be written to"):
        run.rename("another")
    assert run.config.name == Run(run.path).config.name == "y, small"


@pytest.mark.parametrize(
    "fail",
    [lambda _: np.empty(2**58), lambda _: torch.empty(2**46)],
    ids=["NumPy", "PyTorch"],
)
def test_too_little_memory_is_a_sentence_with_a_remedy(run, fail):
    with pytest.raises(RunError, match="not enough memory for it"):
        train(run.path, on_epoch=fail)
    assert run.status.state == "failed"
    assert "not enough memory" in run.status.message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("variables", []),
        ("variables", ["y", "y", "x2"]),
        ("variables", ["\ud800"]),
        ("name", "\ud800"),
        ("name", 10**400),
        ("created", "\x00"),
        ("table_name", None),
        ("table_fingerprint", 1),
        ("is_adopted", "yes"),
        ("settings", {"target": "y", "variables": ["x2"]}),
        ("settings", {"target": "y", "seed": 10**400}),
        ("settings", {"target": "\udc80"}),
    ],
)
def test_a_config_that_contradicts_itself_is_no_run(run, name, value):
    path = run.path / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), name: value}))
    with pytest.raises(RunError, match="is not the folder of a run"):
        Run(run.path)
    assert listing.list_damaged(run.path.parent) == [run.path]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_folder_whose_name_is_no_utf_8_is_listed_as_damaged_and_can_be_deleted(run, tmp_path):
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/na\xefve"))
    shutil.copytree(run.path, odd)
    assert [each.path for each in list_runs(tmp_path)] == [run.path]
    assert listing.list_damaged(tmp_path) == [odd]
    delete(odd)
    assert listing.list_damaged(tmp_path) == []


@pytest.mark.parametrize("frame", ["other", "fewer rows", "fewer columns", "labels", "repeated"])
def test_a_table_that_is_not_the_one_of_the_run_is_refused(run, small, frame):
    whole = small.frame
    frames = {
        "other": whole * 2,
        "fewer rows": whole.iloc[:0],
        "fewer columns": whole[["x2", "x5"]],
        "labels": whole.astype({"y": "str"}),
        "repeated": whole.set_axis([whole.index[0]] * len(whole)),
    }
    replace(small, frame=frames[frame]).to_parquet(run.path / "table.parquet")
    with pytest.raises((RunError, TableError), match=r"is (missing, )?damaged"):
        _ = run.table


@pytest.mark.parametrize(("name", "value"), [("target", "z"), ("target", "name"), ("variables", 0)])
def test_a_target_that_the_table_does_not_have_is_refused(run, name, value):
    path = run.path / "config.json"
    config = json.loads(path.read_text())
    if name == "variables":
        config["variables"] = ["y", "x9"]
    else:
        config["settings"]["target"] = value
    path.write_text(json.dumps(config))
    with pytest.raises(RunError, match="is damaged, or not the one"):
        _ = Run(run.path).table


def test_a_model_of_other_variables_is_not_the_one_of_the_run(run, small, forecaster):
    forecaster.save(run.model_path)
    with pytest.raises(RunError, match="is not the one that it was made for"):
        run.forecaster()


@pytest.mark.parametrize(
    "harm",
    [
        lambda epoch: epoch | {"variable_importance": epoch["variable_importance"][:-1]},
        lambda epoch: epoch | {"importance_by_seed": []},
        lambda epoch: epoch | {"variable_importance": [1.5, -0.5, 0.0]},
        lambda epoch: epoch | {"train_loss": float("inf")},
        lambda epoch: epoch | {"validation_loss": float("nan")},
        lambda epoch: epoch | {"epoch": 2},
        lambda epoch: epoch | {"max_epochs": 0},
        lambda epoch: epoch | {"seconds": 10**400},
        lambda epoch: [epoch],
    ],
)
def test_a_history_of_another_form_is_damaged_and_costs_nothing_else(
    uninterrupted, small, tmp_path, harm
):
    run = Run.adopt(tmp_path / "run", uninterrupted, small, "mine")
    path = run.path / "history.jsonl"
    first, *rest = path.read_text().splitlines()
    path.write_text("\n".join([json.dumps(harm(json.loads(first))), *rest]))
    with pytest.raises(RunError, match="history"):
        _ = run.history
    assert len(run.forecaster().predict(run.table, "future")) == 1


@pytest.mark.parametrize("size", [0.0, 1e-45])
def test_a_model_that_says_nothing_of_the_data_is_not_adopted(small, tmp_path, size):
    model = IMVForecaster.from_settings(SETTINGS).fit(small)
    with torch.no_grad():
        for weight in model.fitted.model.parameters():
            weight.fill_(size)
    with pytest.raises(ImvError, match="Train a new model"):
        Run.adopt(tmp_path / "run", model, small, "silent")
    assert list(tmp_path.iterdir()) == []


def test_a_run_tells_whether_its_model_came_in_a_file_and_an_old_one_does_not(
    uninterrupted, small, run, tmp_path
):
    assert not run.config.is_adopted
    adopted = Run.adopt(tmp_path / "adopted", uninterrupted, small, "adopted")
    assert Run(adopted.path).config.is_adopted
    config = json.loads((adopted.path / "config.json").read_text())
    del config["is_adopted"]
    (adopted.path / "config.json").write_text(json.dumps(config))
    assert not Run(adopted.path).config.is_adopted


def test_a_status_is_read_as_it_was_written(run):
    status = Status("training", 0.25, 12.5, "", time.time())
    run.write_status(status)
    assert run.status == status


def test_a_model_file_is_adopted_as_a_finished_run(uninterrupted, small, tmp_path):
    uninterrupted.save(tmp_path / "model.imv")
    run = Run.adopt(
        tmp_path / "run", IMVForecaster.load(tmp_path / "model.imv"), small, "From a friend"
    )
    assert _names(run) == WHOLE
    assert (run.config.name, run.status.state) == ("From a friend", "finished")
    _assert_same(run, uninterrupted, small)


def test_a_model_is_adopted_for_a_table_too_short_to_train_on(uninterrupted, world, tmp_path):
    few = read_table(world.frame.iloc[-40:], name="few")
    run = Run.adopt(tmp_path / "run", uninterrupted, few, "Few")
    assert len(run.forecaster().predict(run.table, "future")) == 1


def test_a_model_is_not_adopted_for_a_table_that_it_does_not_fit(uninterrupted, world, tmp_path):
    other = read_table(world.frame[["y", "x1"]], name="other")
    with pytest.raises(ImvError, match="does not have: 'x2', 'x5'"):
        Run.adopt(tmp_path / "run", uninterrupted, other, "Wrong")
    assert not (tmp_path / "run").exists()


def test_a_long_computation_is_not_taken_for_a_dead_process(run, monkeypatch):
    monkeypatch.setattr(task, "HEARTBEAT_INTERVAL", 0.05)
    monkeypatch.setattr(task, "HEARTBEAT_TIMEOUT", 0.5)
    states = []

    def on_batch(share):
        time.sleep(1.0)
        states.append(run.status.state)
        return True

    train(run.path, on_batch=on_batch)
    assert states == ["training"]
