"""A page outlives what fails in it: one sentence there, the rest of the page, and the log."""

import pytest
import streamlit as st
from streamlit.runtime.scriptrunner_utils.exceptions import RerunException, StopException

from dashboard import cache, run_catalogue, task_queue
from dashboard.pages.explain import panels as explanation
from dashboard.pages.forecast import page as forecast
from dashboard.pages.forecast import panels as errors
from dashboard.pages.train import page as train
from dashboard.pages.train import panels as training
from dashboard.pages.train import progress
from dashboard.pages.train import run_list as runs_view
from dashboard.ui import failure
from imv_core import RunError, TableError
from imv_core.runs.records import Status
from imv_core.runs.run import Run


class OopsError(Exception):
    """What nobody has thought of."""


def _fail(*_, **__):
    raise OopsError("/srv/secret/path")


def _assert_contained(at, failures, times=1):
    """What failed is told once in a sentence without a word of what it was; forget it."""
    assert [e.value for e in at.exception] == []
    assert [e.value for e in at.error] == [failure.FAILED] * times
    assert {e.icon for e in at.error} == {failure.ICON}
    assert [type(error) for error in failures] == [OopsError] * times
    failures.clear()


def _titles(at):
    return [m.value.removeprefix("##### ") for m in at.markdown if m.value.startswith("#####")]


@pytest.mark.parametrize(
    ("page", "broken"),
    [
        ("overview", (explanation, "importance")),
        ("forecast", (errors, "coverage")),
        ("forecast", (errors, "residuals")),
        ("forecast", (forecast, "score_lines")),
        ("explain", (explanation, "importance")),
        ("explain", (explanation, "temporal_map")),
        ("train", (training, "losses")),
    ],
)
def test_a_figure_that_fails_costs_that_figure_alone(
    visit, adopted, failures, monkeypatch, page, broken
):
    whole = len(visit(page, run="adopted").get("plotly_chart"))
    monkeypatch.setattr(*broken, _fail)
    at = visit(page, run="adopted")
    _assert_contained(at, failures)
    assert len(at.get("plotly_chart")) == whole - (broken[1] != "score_lines")  # that is a table


def test_the_log_keeps_the_traceback_and_the_visitor_reads_no_path(
    visit, adopted, failures, monkeypatch, caplog
):
    monkeypatch.setattr(explanation, "importance", _fail)
    at = visit(run="adopted")
    assert "/srv/secret/path" in caplog.text
    assert "Traceback" in caplog.text
    assert "/srv/secret/path" not in str(at.main)
    _assert_contained(at, failures)


def test_a_page_whose_body_fails_leaves_the_sidebar(visit, adopted, failures, monkeypatch):
    monkeypatch.setattr(cache, "explanation", _fail)
    at = visit("explain", run="adopted")
    _assert_contained(at, failures)
    assert at.sidebar.selectbox[0].options != []


@pytest.mark.parametrize(
    "broken",
    [
        (train, "choose_settings"),
        (progress, "_active_tasks"),
        (progress, "show_task_progress"),
        (runs_view, "show_deleted_runs"),
    ],
)
def test_the_list_of_runs_stays_whatever_else_fails_on_its_page(
    visit, adopted, failures, monkeypatch, broken
):
    if broken[1] == "show_task_progress":
        adopted.write_status(Status("training", 0.5))
    monkeypatch.setattr(*broken, _fail)
    at = visit("train", run="adopted")
    assert list(at.dataframe[0].value["name"]) == ["adopted"]
    _assert_contained(at, failures)


def test_a_sidebar_that_fails_leaves_the_page(visit, adopted, failures, monkeypatch):
    monkeypatch.setattr(run_catalogue, "runs_on", _fail)
    at = visit("forecast", run="adopted")
    assert len(at.get("plotly_chart")) == 5
    _assert_contained(at, failures)


def test_a_fragment_that_fails_when_it_runs_by_itself_says_so(
    visit, adopted, failures, monkeypatch
):
    at = visit("forecast", run="adopted")
    monkeypatch.setattr(errors, "by_group", _fail)
    at.button_group(key="forecast-error-group").set_value("weekday").run()
    _assert_contained(at, failures)


@pytest.mark.parametrize("act", ["start", "stop"])
def test_a_click_that_cannot_be_followed_gets_its_sentence(
    visit, runs, table, forecaster, monkeypatch, act
):
    state_, button = {"start": ("stopped", "run-go-mine"), "stop": ("training", "run-stop-mine")}[
        act
    ]
    Run.create(runs / "mine", forecaster.settings, table).write_status(Status(state_))

    def refuse(*_):
        raise RunError("There is *no room* left.")

    monkeypatch.setattr(task_queue, act, refuse)
    at = visit("train", run="mine")
    at.button(key=button).click()
    at.run()
    assert [e.value for e in at.exception] == []
    assert [e.value for e in at.sidebar.error] == ["There is \\*no room\\* left\\."]


@pytest.mark.parametrize("control", [StopException(), RerunException(None)])
def test_what_ends_or_repeats_a_page_passes(control):
    with pytest.raises(type(control)), failure.contain_failures():
        raise control
    with pytest.raises(type(control)), failure.ContainedColumn(st.container()):
        raise control


def test_a_place_contains_what_is_unexpected_and_passes_on_what_has_a_sentence(failures):
    with pytest.raises(TableError), failure.ContainedColumn(st.container()):
        raise TableError("There is no table.")
    with failure.ContainedColumn(st.container()):
        _fail()
    assert [type(error) for error in failures] == [OopsError]
    failures.clear()
