"""Background tasks of the page Trust: buttons that request them, their progress, their results."""

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from dashboard import cache, task_queue
from dashboard.pages.trust import steadiness_panels as panels
from dashboard.session import redraw
from dashboard.session_keys import Keys
from dashboard.ui.failure import contain_failures
from dashboard.ui.figure_card import colours, show_panel
from dashboard.ui.task_buttons import show_task_progress
from dashboard.wording import sentence
from imv_core import ImvError
from imv_core.faithfulness.check import Verdict
from imv_core.runs.records import State, Status
from imv_core.runs.run import Run
from imv_core.runs.task import TaskKind

SIBLINGS = 4  # with the model's own, five seeds


class TaskRequest(NamedTuple):
    """The words of a button that requests a task."""

    kind: TaskKind
    first: str  # the label
    again: str  # the label if there is a result already
    costs: str  # the time that it takes, in a sentence


CHECKS = TaskRequest(
    TaskKind.CHECKS,
    "Run the checks",
    "Run them again",
    "They take about a minute, longer with many variables or a long lookback. You can leave this "
    "page meanwhile.",
)
INJECTION = TaskRequest(
    TaskKind.INJECTION,
    "Hide a known effect in your table",
    "Hide it again",
    "It trains up to five models on copies of the table, each for as long as a training. You can "
    "leave this page meanwhile.",
)
RECOVERY = TaskRequest(
    TaskKind.RECOVERY,
    "Try these settings on planted truth",
    "Try them again",
    "It trains a model in each of several worlds: some minutes. You can leave this page meanwhile.",
)


@contain_failures()
def show_task_request(run: Run, request: TaskRequest, is_done: bool) -> None:
    """Show the button that requests a task, or the progress of the task.

    Args:
        run: of the task.
        request: the words of the button.
        is_done: an earlier task has left a result.
    """
    status = run.task(request.kind).status
    if _is_live(run, request.kind, status):
        with st.container(border=True):
            st.fragment(_show_progress, run_every=1.0)(run, request.kind)
        return
    if status is not None and status.state in (State.FAILED, State.INTERRUPTED):
        st.error(sentence(status.message or "Its process stopped unexpectedly."))
    elif status is not None and status.state == State.STOPPED:
        st.caption(f":material/stop: {sentence(status.message)}")
    elif status is not None and status.state == State.WAITING:
        st.warning("It was in the queue of a server that has ended.")
    is_first_check = request.kind == TaskKind.CHECKS and not is_done
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            request.again if is_done else request.first,
            icon=":material/refresh:" if is_done else ":material/play_arrow:",
            type="primary" if is_first_check else "secondary",
            key=Keys.TRUST("ask", request.kind),
        ):
            _request(lambda: _start(run, request.kind))
        st.caption(request.costs)


@contain_failures()
def show_seeds_request(run: Run) -> None:
    """Show the button that checks a model of one seed beside four more seeds."""
    if _is_live(run, TaskKind.CHECKS, run.checking) or _has_seeds(run):
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            "Check with four more seeds", icon=":material/casino:", key=Keys.TRUST("ask", "seeds")
        ):
            _request(lambda: task_queue.check(run, SIBLINGS))
        st.caption(
            "They are trained first, which takes as long as four trainings; then the checks say "
            "whether another training would name the same variables."
        )


def _has_seeds(run: Run) -> bool:
    """Return whether the kept checks compare several seeds."""
    trust = cache.trust(run)
    checks = () if trust is None else trust.checks
    return any(check.name == "seeds" and check.verdict != Verdict.UNKNOWN for check in checks)


def _start(run: Run, kind: TaskKind) -> None:
    if kind == TaskKind.RECOVERY:
        task_queue.recover(run)
    elif kind == TaskKind.INJECTION:
        task_queue.inject(run)
    else:  # a result about seeds is not lost
        has_siblings = _has_seeds(run) and run.config.settings.seeds == 1
        task_queue.check(run, SIBLINGS if has_siblings else 0)


def _request(start: Callable[[], None]) -> None:
    try:
        start()
    except ImvError as error:
        st.error(sentence(error))
    else:
        redraw()


def _is_live(run: Run, kind: TaskKind, status: Status | None) -> bool:
    """Return whether a task runs in any process, or waits in this server's queue."""
    if status is None or not status.is_active:
        return False
    return status.is_running or task_queue.position(run, kind) is not None


@contain_failures()
def _show_progress(run: Run, kind: TaskKind) -> None:
    """Show the progress, every second; draw the whole page once the task has ended."""
    if not _is_live(run, kind, run.task(kind).status):
        redraw()
    show_task_progress(run, kind)


@contain_failures()
def show_injection(run: Run) -> None:
    """Show how strong an effect in the run's own table must be to be found."""
    st.subheader("Would a known effect in your table be found?")
    found = cache.injection(run)
    if found is None:
        _show_outdated(run, TaskKind.INJECTION)
        st.markdown(
            "A column like yours, with an effect of known size and lag on the target, can be added "
            "to a copy of the table. Models with the settings of this one, trained there, tell how "
            "strong an effect must be to be found."
        )
    else:
        st.markdown(sentence(found.sentence))
        show_panel("injection", panels.injection(found, colours()))
        st.caption(sentence(f"The hidden column has values like those of '{found.like}'."))
    show_task_request(run, INJECTION, is_done=found is not None)


@contain_failures()
def show_recovery(run: Run) -> None:
    """Show what these settings find in worlds with known drivers and lags."""
    st.subheader("Would these settings find a known truth?")
    found = cache.recovery(run)
    if found is None:
        _show_outdated(run, TaskKind.RECOVERY)
        st.markdown(
            "Worlds can be drawn whose drivers and lags are known. A model with the settings of "
            "this one, trained there, tells what it would find and what it would miss."
        )
    else:
        st.markdown(sentence(found.sentence))
        show_panel("recovery", panels.recovery(found, colours()))
    show_task_request(run, RECOVERY, is_done=found is not None)


def _show_outdated(run: Run, kind: TaskKind) -> None:
    if text := cache.outdated(run, kind):
        st.info(text, icon=":material/help:")
