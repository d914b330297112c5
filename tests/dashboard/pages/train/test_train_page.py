"""The page Train: presets, the queue, and the runs."""

import json
import re
import string
from base64 import b64decode
from dataclasses import replace

import numpy as np
import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1.element_tree import ElementTree

from dashboard import task_queue
from dashboard.paths import SHIPPED_RUN
from dashboard.ui.verdict import verdict
from imv_core import IMVForecaster, Settings, read_table
from imv_core.runs.listing import list_runs
from imv_core.runs.records import Status
from imv_core.runs.run import Run
from imv_core.runs.task import TaskKind
from imv_core.runs.trash import delete, deleted_runs

SMALL = Settings("y", max_epochs=2, hidden_size=2, lookback=5)
HOSTILE = "../../etc/[x](y) <b>$z$ :red[w]"
PAPER = {
    "attention": "states",
    "objective": "em",
    "predict": "level",
    "max_epochs": 20,
    "batch_size": 128,
    "learning_rate": 0.005,
}
PRESETS = {"quick": {"max_epochs": 5, "hidden_size": 8}, "balanced": {}, "paper": PAPER}


def _plain(text):
    return re.sub(rf"\\([{re.escape(string.punctuation)}])", r"\1", text)


def _said(at):
    """All that is written on the page, as it is read."""
    kinds = (at.markdown, at.caption, at.error, at.warning, at.info, at.success)
    return " ".join(_plain(element.value) for kind in kinds for element in kind)


def _press(at, key):
    at.button(key=key).click()
    at.run()
    assert [e.value for e in at.exception] == []
    return at


def _listed(at):
    return at.dataframe[0].value


@pytest.fixture
def started(monkeypatch):
    """The runs that a page has given to be trained; none is."""
    given = []
    monkeypatch.setattr(task_queue, "start", given.append)
    return given


@pytest.fixture
def choose(monkeypatch):
    """Choose rows of the list of runs by their names or places, as clicks do."""
    chosen, whole = {}, ElementTree.get_widget_states

    def states(tree):
        result = whole(tree)
        for widget, rows in chosen.items():
            selection = {"selection": {"rows": rows, "columns": [], "cells": []}}
            result.widgets.append(WidgetState(id=widget, string_value=json.dumps(selection)))
        return result

    def choose(at, *names):
        listed = list(_listed(at)["name"])
        rows = [name if isinstance(name, int) else listed.index(name) for name in names]
        chosen[at.dataframe[0].proto.id] = rows
        at.run()
        assert [e.value for e in at.exception] == []
        return at

    monkeypatch.setattr(ElementTree, "get_widget_states", states)
    return choose


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_sets_its_settings_and_leaves_the_others(visit, adopted, started, preset):
    at = visit("train", run="adopted")
    at.number_input(key="train-lookback").set_value(7)
    at.number_input(key="train-hidden_size").set_value(3).run()
    assert at.radio(key="train-preset").value == "custom"
    at.radio(key="train-preset").set_value(preset).run()
    assert at.radio(key="train-preset").value == preset
    next(b for b in at.button if b.label == "Train").click()
    at.run()
    assert [e.value for e in (*at.exception, *at.error)] == []
    settings = started[0].config.settings
    expected = Settings("y", settings.variables, lookback=7)
    assert settings == replace(expected, **PRESETS[preset])


def test_what_is_no_preset_is_called_custom_and_survives_another_page(visit, adopted):
    at = visit("train", run="adopted")
    assert "Custom" not in [
        option.split("\n")[0] for option in at.radio(key="train-preset").options
    ]
    at.radio(key="train-cell").set_value("full").run()
    at.number_input(key="train-batch_size").set_value(32).run()
    assert at.radio(key="train-preset").value == "custom"
    at = visit("train", visit("data", at))
    values = [at.radio(key=f"train-{key}").value for key in ("preset", "cell")]
    assert values == ["custom", "full"]
    assert at.number_input(key="train-batch_size").value == 32


def test_five_seeds_are_a_tick_away_and_the_number_of_seeds_agrees(visit, adopted, started):
    at = visit("train", run="adopted")
    at.checkbox(key="train-several").check().run()
    assert at.number_input(key="train-seeds").value == 5
    assert at.radio(key="train-preset").value == "balanced"  # seeds are nobody's preset
    assert "5 models of" in _said(at)
    at.number_input(key="train-seeds").set_value(3).run()
    assert not at.checkbox(key="train-several").value
    at.checkbox(key="train-several").check().run()
    next(b for b in at.button if b.label == "Train").click()
    at.run()
    assert started[0].config.settings.seeds == 5


def test_runs_of_the_same_are_told_apart_by_their_names(visit, adopted, started):
    at = visit("train", run="adopted")
    for _ in range(3):
        next(b for b in at.button if b.label == "Train").click()
        at.run()
    names = ["y, planted", "y, planted (2)", "y, planted (3)"]
    assert [run.config.name for run in started] == names


def test_the_size_of_what_is_learnt_is_told(visit, adopted, forecaster, table):
    at = visit("train", run="adopted")
    at.number_input(key="train-hidden_size").set_value(4).run()
    parameters = sum(weight.numel() for weight in forecaster.fitted.model.parameters())
    windows = round(0.7 * len(table.frame)) - 10
    assert f"{parameters:,} parameters, learnt from about {windows:,} windows" in _said(at)


def test_the_list_tells_each_run_with_its_score_and_state(visit, runs, table, forecaster, adopted):
    stopped = Run.create(runs / "other", SMALL, table, HOSTILE)
    stopped.write_status(Status("stopped"))
    (runs / "ruin").mkdir()
    (runs / "ruin" / "config.json").write_text("{")
    at = visit("train", run="adopted")
    frame = _listed(at).set_index("name")
    assert set(frame.index) == {"adopted", HOSTILE, "ruin"}
    assert list(frame.loc[["adopted", HOSTILE, "ruin"], "state"]) == [
        *("Finished", "Stopped", "Damaged")
    ]
    score = forecaster.score(table)
    rivals = [value for name, value in score.items() if name.endswith("_rmse")]
    assert frame.loc["adopted", "rmse"] == pytest.approx(score["rmse"])
    assert frame.loc["adopted", "relative"] == pytest.approx(score["rmse"] / min(rivals))
    assert np.isnan(frame.loc[HOSTILE, "rmse"])
    at.toggle(key="train-all-runs").set_value(True).run()
    assert SHIPPED_RUN.parent.joinpath("beijing_pm25.csv").name in set(_listed(at)["data"])


def test_a_run_is_renamed_whatever_the_name(visit, adopted, choose):
    at = choose(visit("train", run="adopted"), "adopted")
    at.text_input(key="run-name-adopted").set_value(HOSTILE)
    at = _press(at, "run-rename-adopted")
    assert Run(adopted.path).config.name == HOSTILE
    assert list(_listed(at)["name"]) == [HOSTILE]
    assert f"Finished: {HOSTILE}" in _said(at).replace("**", "")
    at = choose(at, HOSTILE)
    at.text_input(key="run-name-adopted").set_value("  ")
    at = _press(at, "run-rename-adopted")
    assert "Give the run a name" in _said(at)
    assert Run(adopted.path).config.name == HOSTILE


def test_a_deleted_run_is_closed_and_can_be_brought_back_at_once(visit, adopted, runs, choose):
    at = choose(visit("train", run="adopted"), "adopted")
    at = _press(at, "train-delete")
    assert list_runs(runs) == []
    assert at.session_state["run"] is None
    assert "run" not in at.query_params
    assert "Deleted: adopted." in _said(at)
    at = _press(at, "train-undo")
    assert [run.path for run in list_runs(runs)] == [adopted.path]
    assert "Deleted:" not in _said(at)


def test_deleted_runs_are_kept_until_they_are_deleted_for_good(visit, runs, table, adopted):
    for name in ("a", "b"):
        Run.create(runs / name, SMALL, table, f"{name} {HOSTILE}")
    places = [delete(runs / name) for name in ("a", "b")]
    at = visit("train", run="adopted")
    assert "Deleted runs (2)" in [fold.label for fold in at.expander]
    at.multiselect(key="train-deleted").set_value([places[0]]).run()
    at = _press(at, "train-back")
    assert (runs / "a").exists()
    at.multiselect(key="train-deleted").set_value([places[1]]).run()
    assert "1 run will be gone" in _said(at)
    at = _press(at, "train-erase")
    assert deleted_runs(runs) == []
    assert not (runs / "b").exists()


def test_what_cannot_be_deleted_says_why(visit, runs, table, adopted, choose):
    busy = Run.create(runs / "busy", SMALL, table, "busy")
    busy.write_status(Status("training"))
    at = choose(visit("train", run="adopted"), "busy")
    assert at.button(key="train-delete").disabled
    assert at.button(key="train-delete").help == "Stop it first."
    at = visit("train", run=SHIPPED_RUN.name)
    at = choose(at, Run(SHIPPED_RUN).config.name)
    assert at.button(key="train-delete").disabled
    assert at.button(key=f"run-rename-{SHIPPED_RUN.name}").disabled


@pytest.mark.parametrize("file", ["config.json", "status.json"])
def test_a_damaged_run_is_a_row_with_a_sentence_and_can_be_deleted(
    visit, runs, table, adopted, choose, file
):
    ruin = Run.create(runs / "ruin", SMALL, table, "ruin")
    (ruin.path / file).write_text("{")
    at = choose(visit("train", run="adopted"), "ruin")
    assert list(_listed(at).set_index("name").loc[["ruin"], "state"]) == ["Damaged"]
    assert len(at.error) == 1
    _press(at, "train-delete")
    assert [run.path for run in list_runs(runs)] == [adopted.path]


@pytest.mark.parametrize("file", ["config.json", "status.json"])
def test_a_run_of_a_newer_version_is_named_as_such(visit, runs, table, adopted, choose, file):
    path = Run.create(runs / "later", SMALL, table, "later").path / file
    path.write_text(json.dumps({**json.loads(path.read_text()), "version": 99}))
    at = choose(visit("train", run="adopted"), "later")
    assert list(_listed(at).set_index("name").loc[["later"], "state"]) == ["Other version"]
    assert len(at.error) == 1
    assert "A newer version of this program wrote it. Update the program." in _said(at)


def test_a_failed_run_says_why_and_can_be_gone_on_with(
    visit, runs, table, adopted, choose, started
):
    failed = Run.create(runs / "failed", SMALL, table, "failed")
    failed.write_status(Status("failed", message="The *rows* ran away."))
    at = choose(visit("train", run="adopted"), "failed")
    assert [_plain(e.value) for e in at.error] == ["The *rows* ran away."]
    at = _press(at, "run-row-failed")
    assert [run.path for run in started] == [failed.path]
    assert at.session_state["run"].path == failed.path


def test_a_run_of_other_data_is_opened_with_its_data(visit, adopted, choose):
    at = visit("train")
    at.toggle(key="train-all-runs").set_value(True).run()
    at = _press(choose(at, "adopted"), "run-open-adopted")
    assert at.session_state["table"].name == "planted"
    assert at.query_params["run"] == "adopted"


def test_two_runs_are_compared_with_scores_settings_and_importances(
    visit, runs, table, forecaster, adopted, choose
):
    other = IMVForecaster("y", ["y", "x2", "x5"], max_epochs=1, hidden_size=2, lookback=5, seeds=2)
    run = Run.adopt(runs / "other", other.fit(table), table, "adopted")  # called the same
    replace(run.config, created=adopted.config.created).write(run.path)  # listed behind the first
    at = visit("train", run="adopted")
    labels = ["1: adopted", "2: adopted"]
    at = choose(at, 0, 1)
    order = [run.path.name for run in list_runs(runs)]  # by the second in which they were made
    mine, others = (labels[order.index(name)] for name in ("adopted", "other"))
    scores, settings = at.dataframe[1].value, at.dataframe[2].value
    assert set(scores.columns) == set(labels)
    assert f"{forecaster.score(table)['rmse']:.4g}" in scores.loc["RMSE", mine]
    assert set(settings.index) >= {"Lookback", "Number of seeds", "Variables"}
    assert list(settings.loc["Lookback", [mine, others]]) == ["10", "5"]
    said = _said(at)
    for model in (forecaster, other):
        assert verdict(model.score(table)).text in said
    links = " ".join(_plain(link.proto.label) for link in at.main.get("page_link"))
    assert f"{labels[0]}: Not checked yet" in links  # the open one
    assert f"{labels[1]}: Not checked yet" in said
    spec = json.loads(at.get("plotly_chart")[-1].proto.spec)
    bars = {trace["name"]: trace for trace in spec["data"] if trace["type"] == "bar"}
    assert set(bars) == set(labels)
    values = bars[others]["x"]
    values = np.frombuffer(b64decode(values["bdata"]), values["dtype"])
    expected = other.explain(table).variable_importance
    np.testing.assert_allclose(np.sort(values), np.sort(expected.to_numpy()), rtol=1e-5)
    assert "over 2 seeds" in bars[others]["hovertemplate"]
    assert "over time" in bars[mine]["hovertemplate"]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"target": "x2"}, "forecast different targets"),
        ({"train_share": 0.5}, "rows were split otherwise"),
        ({"horizon": 2}, "1 and 2 steps ahead"),
    ],
)
def test_what_does_not_compare_says_why_and_shows_no_scores(
    visit, adopted, table, choose, options, why
):
    told = {"target": "y", "max_epochs": 1, "hidden_size": 2, "lookback": 5, **options}
    Run.adopt(adopted.path.parent / "other", IMVForecaster(**told).fit(table), table, "other")
    at = choose(visit("train", run="adopted"), "adopted", "other")
    sentence = " ".join(_plain(box.value) for box in at.warning)
    assert why in sentence
    assert "do not compare" in sentence
    assert "RMSE" not in at.dataframe[1].value.index
    assert len(at.get("plotly_chart")) == 3


def test_runs_of_different_data_do_not_compare(visit, runs, world, forecaster, adopted, choose):
    shorter = read_table(world.frame.iloc[:-1], name="shorter")
    Run.adopt(runs / "other", forecaster, shorter, "other")
    at = visit("train", run="adopted")
    at.toggle(key="train-all-runs").set_value(True).run()
    at = choose(at, "adopted", "other")
    assert "different data, planted and shorter" in " ".join(w.value for w in at.warning)


def test_a_run_without_a_model_is_compared_by_its_settings(visit, runs, table, adopted, choose):
    Run.create(runs / "new", SMALL, table, "new").write_status(Status("failed", message="No."))
    at = choose(visit("train", run="adopted"), "adopted", "new")
    assert "new has no model yet" in _said(at)
    assert "Hidden units per variable" in at.dataframe[1].value.index


def test_places_in_the_queue_are_told(visit, runs, table, adopted, monkeypatch):
    queued = [Run.create(runs / name, SMALL, table, name) for name in ("one", "two", "<b>", "four")]
    queued[0].write_status(Status("training", 0.5, 12.0))
    works = [task_queue.Queued(run, TaskKind.TRAINING) for run in queued]
    monkeypatch.setattr(task_queue, "_queue", works)
    at = visit("train", run="two")
    texts = [_plain(bar.proto.text) for bar in at.get("progress")]
    assert texts == [
        "Next in the queue, behind one",
        "epoch 2 of 2, 12 s left at most",
        "2nd in the queue, behind two",
        "3rd in the queue, behind <b>",
    ]
    at = _press(at, "run-watch-one")
    assert at.session_state["run"].config.name == "one"
    at = _press(at, "run-stop-four")
    assert [run.config.name for run, _ in task_queue.queue()] == ["one", "two", "<b>"]
    assert queued[3].status.state == "stopped"


def test_checks_at_work_are_told_and_stopped_beside_the_trainings(
    visit, runs, table, adopted, monkeypatch, choose
):
    new = Run.create(runs / "new", SMALL, table, "new")
    checks = adopted.task(TaskKind.CHECKS)
    checks.write_progress(0.4, 12.0, "gradients")
    for kind in (TaskKind.RECOVERY, TaskKind.INJECTION):
        adopted.task(kind).write_status(Status("waiting"))
    queue = [(adopted, TaskKind.CHECKS), (new, TaskKind.TRAINING), (adopted, TaskKind.RECOVERY)]
    queue.append((adopted, TaskKind.INJECTION))
    monkeypatch.setattr(task_queue, "_queue", [task_queue.Queued(*place) for place in queue])
    at = visit("train", run="adopted")
    texts = [_plain(bar.proto.text) for bar in at.get("progress")]
    assert texts == [
        "gradients, 12 s left",
        "Next in the queue, behind the checks of adopted",
        "2nd in the queue, behind new",
        "3rd in the queue, behind the planted worlds of adopted",
    ]
    assert "**Checks**: adopted" in _said(at)
    assert "**Planted worlds**: adopted" in _said(at)
    assert "**Hidden effect**: adopted" in _said(at)
    at = choose(at, "adopted")
    delete = next(button for button in at.button if button.key == "train-delete")
    assert delete.disabled
    assert "being checked" in delete.help
    at = _press(at, "run-stop-recovery-adopted")
    assert adopted.recovering.state == "stopped"
    at = _press(at, "run-stop-checks-adopted")
    assert checks.is_stop_requested
    assert "Stopping" in " ".join(caption.value for caption in at.caption)


def test_the_list_reads_neither_models_nor_tables(visit, runs, adopted, table, monkeypatch):
    """Hundreds of runs must not slow the page."""
    for number in range(3):
        Run.create(runs / f"{number}", SMALL, table).write_status(Status("failed", message="No."))
    at = visit("train", run="adopted")
    for read in ("forecaster", "table", "explanation", "history"):
        monkeypatch.setattr(Run, read, None)
    at.run()
    assert [e.value for e in at.exception] == []
    assert len(_listed(at)) == 4
