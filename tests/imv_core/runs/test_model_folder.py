"""What is known of a model is kept beside it, and of another model it counts as missing."""

import json
import shutil

import pytest

from imv_core import IMVForecaster, read_table
from imv_core.runs.records import Status
from imv_core.runs.run import Run
from imv_core.runs.task import TaskKind
from imv_core.runs.trash import delete, restore


@pytest.fixture(scope="module")
def table(world):
    return read_table(world.frame[["y", "x2", "x5"]].iloc[:300], name="small")


@pytest.fixture(scope="module")
def forecaster(table):
    return IMVForecaster("y", max_epochs=1, hidden_size=2, lookback=5).fit(table)


@pytest.fixture(scope="module")
def other_model(table):
    return IMVForecaster("y", max_epochs=1, hidden_size=2, lookback=5, seed=1).fit(table)


@pytest.fixture(scope="module")
def report(forecaster, table):
    return forecaster.check(table)


@pytest.fixture
def checked(table, forecaster, report, tmp_path):
    run = Run.adopt(tmp_path / "run", forecaster, table, "theirs")
    run.write_trust(report)
    run.task(TaskKind.CHECKS).write_status(Status("finished", 1.0))
    return run


def test_trust_is_that_of_the_model_which_was_checked(
    checked, report, table, other_model, tmp_path
):
    assert checked.trust.sentence == report.sentence
    other = Run.adopt(tmp_path / "other", other_model, table, "other")
    shutil.copy(checked.trust_path, other.trust_path)
    assert other.trust is None


def test_another_model_in_the_same_run_is_not_checked(checked, other_model):
    checked.write_model(other_model)
    assert checked.trust is None
    assert not checked.trust_path.exists()
    assert checked.checking is None


def test_checks_that_wait_go_on_waiting_while_the_training_goes_on(checked, other_model):
    checked.task(TaskKind.CHECKS).write_status(Status("waiting"))
    checked.write_model(other_model)
    assert checked.checking.state == "waiting"


def test_trust_stays_with_a_run_that_is_renamed_deleted_and_brought_back(checked):
    checked.rename("new")
    assert Run(restore(delete(checked.path))).trust is not None


def _without(name):
    return lambda content: content["record"].pop(name)


def _of_another_type(name, value):
    return lambda content: content["record"].__setitem__(name, value)


@pytest.mark.parametrize(
    "damage",
    [
        _without("checks"),
        _without("attention"),
        _of_another_type("sentence", 5),
        _of_another_type("attributions", []),
        _of_another_type("by_variable", {"names": [None, None]}),
        lambda content: content["record"]["frames"].__setitem__("curves", "x"),
        lambda content: content.pop("of"),
        lambda content: content.__setitem__("record", None),
    ],
)
def test_trust_with_something_missing_or_wrong_counts_as_missing(checked, damage):
    content = json.loads(checked.trust_path.read_text())
    damage(content)
    checked.trust_path.write_text(json.dumps(content))
    assert checked.trust is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"5", b"\xff\xfe", b"[" * 10_000])
def test_a_damaged_file_of_trust_recovery_or_injection_counts_as_missing(checked, content):
    for path in (checked.trust_path, checked.recovery_path, checked.injection_path):
        path.write_bytes(content)
    assert (checked.trust, checked.recovery, checked.injection) == (None, None, None)


def test_trust_without_a_model_counts_as_missing(checked):
    checked.model_path.unlink()
    assert checked.trust is None
