"""Kept files carry a version: an older one is read, and one that cannot be read is named."""

import json
import re
import shutil

import pytest
from safetensors import safe_open
from safetensors.torch import save_file

from imv_core import IMVForecaster, ModelFileError, RunError, Settings, read_table
from imv_core.errors import RunVersionError, VersionError
from imv_core.runs import listing, records, task
from imv_core.runs.records import Status
from imv_core.runs.run import Run
from imv_core.runs.task import TaskKind
from imv_core.runs.worker import train
from imv_core.storage import Format
from imv_core.synthetic import injection, recovery
from imv_core.training import settings as training_settings

SETTINGS = Settings("y", max_epochs=2, hidden_size=2, lookback=5)
JSON_FILES = ["config.json", "status.json", "checking.json", "scores.json", "history.jsonl"]
VERSIONS = pytest.mark.parametrize(
    ("version", "sentence"),
    [
        (99, "A newer version of this program wrote it. Update the program."),
        (0, "An older version of this program wrote it; only that one can read it."),
    ],
)


@pytest.fixture(scope="module")
def table(world):
    return read_table(world.frame[["y", "x2", "x5"]].iloc[:300], name="small")


@pytest.fixture(scope="module")
def stopped(table, tmp_path_factory):
    """A run with every file that a training leaves, its checkpoint among them."""
    run = Run.create(tmp_path_factory.mktemp("runs") / "run", SETTINGS, table)
    train(run.path, on_epoch=lambda record: record.epoch == 1)
    run.task(TaskKind.CHECKS).write_status(Status("finished", 1.0))
    return run


@pytest.fixture
def run(stopped, tmp_path):
    return Run(shutil.copytree(stopped.path, tmp_path / "run"))


def _change(path, change):
    """Change the fields of a JSON file, or of every line."""
    lines = path.read_text().splitlines() if path.suffix == ".jsonl" else [path.read_text()]
    path.write_text("".join(json.dumps(change(json.loads(line))) + "\n" for line in lines))


def _set_version(path, version):
    _change(path, lambda fields: {**fields, "version": version})


def _without_version(fields):
    return {name: value for name, value in fields.items() if name != "version"}


def _rewrite(path, change):
    """Change the metadata of a safetensors file."""
    with safe_open(path, "pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        metadata = file.metadata()
    save_file(tensors, path, change(metadata))


def test_every_file_that_is_written_has_a_version(run):
    found = {path.name for path in run.path.glob("*.json*")}
    assert found == set(JSON_FILES)
    for name in JSON_FILES:
        _change(run.path / name, lambda fields: {"version": fields["version"]})  # or a KeyError
    for name in ("checkpoint", "explanation.safetensors"):
        with safe_open(run.path / name, "pt") as file:
            assert file.metadata()["version"] == "2"
    with safe_open(run.model_path, "pt") as file:
        assert file.metadata()["format"] == "imv-forecaster 2"


def test_files_without_a_version_are_read_and_trained_on(run, stopped, table):
    for name in JSON_FILES:
        _change(run.path / name, _without_version)
    _rewrite(run.path / "checkpoint", _without_version)
    old = Run(run.path)
    assert (old.config, old.status, old.history) == (run.config, stopped.status, stopped.history)
    assert old.checking == stopped.checking
    assert old.scores.equals(stopped.scores)
    epochs = []
    train(old.path, on_epoch=lambda record: epochs.append(record.epoch))
    assert (old.status.state, epochs) == ("finished", [2])


@VERSIONS
def test_a_run_of_another_version_is_named_and_not_called_damaged(run, version, sentence):
    _set_version(run.path / "config.json", version)
    with pytest.raises(RunVersionError, match=re.escape(f"cannot be opened. {sentence}")):
        Run(run.path)
    assert listing.list_runs(run.path.parent) == []
    assert listing.list_damaged(run.path.parent) == [run.path]


@VERSIONS
@pytest.mark.parametrize(
    ("file", "name"), [("status.json", "status"), ("history.jsonl", "history")]
)
def test_progress_of_another_version_is_named(run, file, name, version, sentence):
    _set_version(run.path / file, version)
    with pytest.raises(RunVersionError, match=re.escape(f"cannot be read. {sentence}")):
        getattr(run, name)


@VERSIONS
@pytest.mark.parametrize("kind", [*TaskKind][1:])
def test_the_status_of_other_tasks_of_another_version_says_so(run, kind, version, sentence):
    run.task(kind).write_status(Status("finished", 1.0))
    _set_version(run.path / task.FILES[kind][0], version)
    status = run.task(kind).status
    assert (status.state, status.message) == ("failed", sentence)


@VERSIONS
def test_a_checkpoint_of_another_version_is_named_and_kept(run, version, sentence):
    path = run.checkpoint_path
    _rewrite(path, lambda metadata: {**metadata, "version": str(version)})
    before = path.read_bytes()
    with pytest.raises(VersionError, match=re.escape(f"{sentence} Or remove the file")):
        train(run.path)
    assert run.status.state == "failed"
    assert sentence in run.status.message
    assert path.read_bytes() == before
    path.unlink()
    train(run.path)
    assert run.status.state == "finished"


@VERSIONS
def test_scores_and_an_explanation_of_another_version_are_computed_again(
    run, table, version, sentence, monkeypatch
):
    _set_version(run.path / "scores.json", version)
    _rewrite(run.path / "explanation.safetensors", lambda m: {**m, "version": str(version)})
    assert run.scores is None
    forecaster = run.forecaster()
    computed, expected = run.explanation(forecaster, table), forecaster.explain(table)
    assert computed.variable_importance.equals(expected.variable_importance)


@pytest.mark.parametrize("version", [None, "2", 1.5, True, [], 10**400])
def test_a_version_that_is_no_number_is_damage(run, version):
    _set_version(run.path / "status.json", version)
    with pytest.raises(RunError, match="status") as failure:
        _ = run.status
    assert isinstance(failure.value, RunVersionError) == (version == 10**400)


@VERSIONS
def test_a_model_file_of_another_version_is_named(run, version, sentence):
    _rewrite(run.model_path, lambda metadata: {**metadata, "format": f"imv-forecaster {version}"})
    with pytest.raises(ModelFileError, match=re.escape(f"model.imv cannot be read. {sentence}")):
        IMVForecaster.load(run.model_path)


# What a version would do that renames a setting: `hidden_size` was called `units` before it.
LATER = Format(2, {2: {"units": "hidden_size"}})


def _old_name(fields):
    return {{"hidden_size": "units"}.get(name, name): value for name, value in fields.items()}


@pytest.fixture
def renamed(monkeypatch):
    monkeypatch.setattr(training_settings, "FORMAT", LATER)
    monkeypatch.setattr(records, "SETTINGS_FORMAT", LATER)


@pytest.mark.usefixtures("renamed")
def test_a_setting_that_was_renamed_is_read_from_older_runs_and_model_files(run, table):
    _change(run.path / "config.json", lambda c: {**c, "settings": _old_name(c["settings"])})
    assert "units" in json.loads((run.path / "config.json").read_text())["settings"]
    assert Run(run.path).config.settings == SETTINGS

    def rename(metadata):
        about = json.loads(metadata["about"])
        about["settings"] = _old_name(about["settings"])
        return {"format": metadata["format"], "about": json.dumps(about)}

    _rewrite(run.model_path, rename)
    model = Run(run.path).forecaster()
    assert model.settings == SETTINGS
    assert len(model.predict(table, "future")) == 1


@pytest.mark.usefixtures("renamed")
def test_records_that_are_tied_to_settings_stay_where_a_setting_is_renamed(run, monkeypatch):
    monkeypatch.setattr(recovery, "TRIED", ("additive",))
    monkeypatch.setattr(recovery, "SEEDS", (0,))
    monkeypatch.setattr(recovery, "ROWS", 400)
    monkeypatch.setattr(injection, "STRENGTHS", (0.0, 0.8))
    run.write_recovery(recovery.recover(SETTINGS))
    run.write_injection(injection.find_injected(run.table, SETTINGS))
    for path in (run.recovery_path, run.injection_path):
        content = json.loads(path.read_text())
        content["of"] = content["of"].replace('"hidden_size"', '"units"')
        path.write_text(json.dumps(content))
    assert run.recovery is not None
    assert run.injection is not None


def test_a_field_with_an_old_and_a_new_name_is_refused():
    with pytest.raises(ValueError, match="are one field"):
        LATER.upgrade({"units": 1, "hidden_size": 2})
    assert LATER.upgrade({"version": 2, "hidden_size": 2}) == {"hidden_size": 2}
    assert LATER.stamp({"hidden_size": 2}) == {"version": 2, "hidden_size": 2}
