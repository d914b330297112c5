"""Runs are named, scored, deleted and brought back."""

import json
import shutil

import pandas as pd
import pytest

from imv_core import ImvError, IMVForecaster, RunError, Settings, read_table
from imv_core.runs import trash
from imv_core.runs.listing import list_damaged, list_runs
from imv_core.runs.run import Run
from imv_core.runs.task import locked
from imv_core.runs.trash import delete, erase, restore

SETTINGS = Settings("y", max_epochs=1, hidden_size=2, lookback=5)


@pytest.fixture
def run(table, tmp_path):
    return Run.create(tmp_path / "run", SETTINGS, table, "mine")


@pytest.fixture
def adopted(table, forecaster, tmp_path):
    return Run.adopt(tmp_path / "adopted", forecaster, table, "theirs")


def _contents(path):
    return {file.name: file.read_bytes() for file in path.iterdir() if file.name != "lock"}


def test_a_deleted_run_is_in_no_list_and_comes_back_as_it_was(adopted, tmp_path):
    before = _contents(adopted.path)
    place = delete(adopted.path)
    assert list_runs(tmp_path) == list_damaged(tmp_path) == []
    assert trash.deleted_runs(tmp_path) == [place]
    assert Run(place).config.name == "theirs"
    assert restore(place) == adopted.path
    assert _contents(adopted.path) == before
    assert [run.config.name for run in list_runs(tmp_path)] == ["theirs"]
    assert trash.deleted_runs(tmp_path) == []


def test_the_last_deleted_run_is_listed_first(table, tmp_path):
    runs = [Run.create(tmp_path / name, SETTINGS, table, name) for name in ("b", "c", "a")]
    places = [delete(run.path) for run in runs]
    assert trash.deleted_runs(tmp_path) == places[::-1]
    assert trash.deleted_runs(tmp_path / "nowhere") == []


def test_what_has_a_name_that_is_taken_gets_another(table, tmp_path):
    names = ["first", "second", "third"]
    for name in names[:2]:
        delete(Run.create(tmp_path / "run", SETTINGS, table, name).path)
    Run.create(tmp_path / "run", SETTINGS, table, names[2])
    for place in trash.deleted_runs(tmp_path):
        restore(place)
    assert {run.config.name for run in list_runs(tmp_path)} == set(names)


def test_a_run_that_is_erased_is_gone_for_good(run, tmp_path):
    place = delete(run.path)
    erase(place)
    assert not place.exists()
    with pytest.raises(RunError, match="cannot be moved"):
        restore(place)


def test_only_what_was_deleted_is_erased_or_brought_back(run):
    for undo in (erase, restore):
        with pytest.raises(RunError, match="not among the deleted"):
            undo(run.path)
    assert run.path.exists()


def test_a_run_in_training_is_not_deleted(run):
    with locked(run.path), pytest.raises(RunError, match="is being trained"):
        delete(run.path)
    assert list_runs(run.path.parent)
    delete(run.path)


def test_a_run_that_is_gone_already_is_a_sentence(run):
    shutil.rmtree(run.path)
    with pytest.raises(RunError, match="no longer there"):
        delete(run.path)


def test_a_damaged_run_is_listed_apart_and_can_be_deleted(run, adopted, tmp_path):
    (run.path / "config.json").write_text("{")
    (tmp_path / "notes").mkdir()
    assert [found.path for found in list_runs(tmp_path)] == [adopted.path]
    assert list_damaged(tmp_path) == [run.path]
    place = delete(run.path)
    assert list_damaged(tmp_path) == []
    erase(place)


def test_a_renamed_run_is_the_same_but_for_its_name(adopted):
    before = _contents(adopted.path)
    adopted.rename("  ../../Köln:\n <b>x</b>  ")
    assert adopted.config.name == Run(adopted.path).config.name == "../../Köln: <b>x</b>"
    after = _contents(adopted.path)
    assert {n: c for n, c in before.items() if n != "config.json"} == {
        n: c for n, c in after.items() if n != "config.json"
    }
    for name in ("", " \n ", "n" * 201):
        with pytest.raises(RunError, match="name of 1 to 200"):
            adopted.rename(name)


def test_scores_are_kept_with_the_model_that_they_are_of(adopted, table, forecaster, two_steps):
    pd.testing.assert_series_equal(adopted.scores, forecaster.score(table))
    adopted.write_model(two_steps)
    assert adopted.scores is None


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"null", b"\xff", b'{"rmse": "x"}', b'{"rmse": 1}', b"[" * 9_999]
)
def test_damaged_scores_are_none(adopted, content):
    (adopted.path / "scores.json").write_bytes(content)
    assert adopted.scores is None


def test_without_a_test_part_there_are_no_scores(forecaster, world, tmp_path):
    few = read_table(world.frame.iloc[:300], name="few")
    assert Run.adopt(tmp_path / "few", forecaster, few, "few").scores is None


def test_a_model_that_does_not_fit_its_table_says_what_does_not(table, world, tmp_path):
    model = IMVForecaster("y", ["y", "x2", "x5"], max_epochs=1, hidden_size=2, lookback=8).fit(
        table
    )
    frame = world.frame[["y", "x2", "x5"]]
    cases = {
        "'x2'": frame[["y", "x5"]],
        "'x2' held numbers .* holds text": frame.assign(x2=list("ab") * 300),
        "steps of": frame.iloc[::2],
        "5 rows, but one window takes 8": frame.iloc[-5:],
    }
    for number, (why, wrong) in enumerate(cases.items()):
        other = read_table(wrong, name="other")
        with pytest.raises(ImvError, match=why) as failure:
            Run.adopt(tmp_path / str(number), model, other, "x")
        assert "other" in str(failure.value)
        assert not (tmp_path / str(number)).exists()


def test_a_config_is_written_whole(run):
    run.rename("new")
    assert json.loads((run.path / "config.json").read_text())["name"] == "new"
    assert not list(run.path.glob("*.part"))
