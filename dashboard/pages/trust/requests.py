"""What is asked of a model beside its training: offered, followed while it goes on, and its end."""

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from dashboard import cache, task_queue
from dashboard.keys import Keys
from dashboard.pages.trust import steadiness_panels as panels
from dashboard.session import redraw
from dashboard.ui.failure import contain_failures
from dashboard.ui.figure_card import colours, show_panel
from dashboard.ui.task_buttons import show_task_progress
from dashboard.wording import sentence
from imv_core import ImvError
from imv_core.runs.records import Status
from imv_core.runs.run import Run
from imv_core.runs.task import TaskKind

SIBLINGS = 4  # with the model's own, five seeds


class Offer(NamedTuple):
    """A work and how it is offered."""

    kind: TaskKind
    first: str  # the button that starts it
    again: str  # the same where there is a result already
    costs: str  # how long it takes, in a sentence


@contain_failures()
def offer(run: Run, of: Offer, is_done: bool) -> None:
    """The button that starts a work, or how far it is.

    Args:
        run: on which.
        of: the work.
        is_done: there is a result of an earlier one.
    """
    status = run.task(of.kind).status
    if _is_live(run, of.kind, status):
        with st.container(border=True):
            st.fragment(_going_on, run_every=1.0)(run, of)
        return
    if status is not None and status.state in ("failed", "interrupted"):
        st.error(sentence(status.message or "Its process stopped unexpectedly."))
    elif status is not None and status.state == "stopped":
        st.caption(f":material/stop: {sentence(status.message)}")
    elif status is not None and status.state == "waiting":
        st.warning("It was in the queue of a server that has ended.")
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            of.again if is_done else of.first,
            icon=":material/refresh:" if is_done else ":material/play_arrow:",
            type="primary" if of.kind == TaskKind.CHECKS and not is_done else "secondary",
            key=Keys.TRUST("ask", of.kind),
        ):
            _ask(lambda: _start(run, of.kind))
        st.caption(of.costs)


@contain_failures()
def offer_seeds(run: Run) -> None:
    """The button that checks a model of one seed beside four more, where nothing goes on."""
    if _is_live(run, TaskKind.CHECKS, run.checking) or _has_seeds(run):
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            "Check with four more seeds", icon=":material/casino:", key=Keys.TRUST("ask", "seeds")
        ):
            _ask(lambda: task_queue.check(run, SIBLINGS))
        st.caption(
            "They are trained first, which takes as long as four trainings; then the checks say "
            "whether another training would name the same variables."
        )


def _has_seeds(run: Run) -> bool:
    """The checks that are kept tell of several seeds."""
    trust = cache.trust(run)
    checks = () if trust is None else trust.checks
    return any(check.name == "seeds" and check.verdict != "unknown" for check in checks)


def _start(run: Run, kind: TaskKind) -> None:
    if kind == TaskKind.RECOVERY:
        task_queue.recover(run)
        return
    if kind == TaskKind.INJECTION:
        task_queue.inject(run)
        return
    again = _has_seeds(run) and run.config.settings.seeds == 1  # what was known stays known
    task_queue.check(run, SIBLINGS if again else 0)


def _ask(start: Callable[[], None]) -> None:
    try:
        start()
    except ImvError as error:
        st.error(sentence(error))
    else:
        redraw()


def _is_live(run: Run, kind: TaskKind, status: Status | None) -> bool:
    """It goes on here or elsewhere, or waits here."""
    if status is None or not status.is_active:
        return False
    return status.is_running or task_queue.position(run, kind) is not None


@contain_failures()
def _going_on(run: Run, of: Offer) -> None:
    """Drawn again every second; the whole page knows once it has ended."""
    if not _is_live(run, of.kind, run.task(of.kind).status):
        redraw()
    show_task_progress(run, of.kind)


INJECTION = Offer(
    TaskKind.INJECTION,
    "Hide a known effect in your table",
    "Hide it again",
    "It trains up to five models on copies of the table, each for as long as a training. You can "
    "leave this page meanwhile.",
)


@contain_failures()
def injection(run: Run) -> None:
    """How strong an effect in the run's own table has to be to be found."""
    st.subheader("Would a known effect in your table be found?")
    found = cache.injection(run)
    if found is None:
        st.markdown(
            "A column like yours, with an effect of known size and lag on the target, can be added "
            "to a copy of the table. Models with the settings of this one, trained there, tell how "
            "strong an effect must be to be found."
        )
    else:
        st.markdown(sentence(found.sentence))
        show_panel("injection", panels.injection(found, colours()))
        st.caption(sentence(f"The hidden column has values like those of '{found.like}'."))
    offer(run, INJECTION, is_done=found is not None)


RECOVERY = Offer(
    TaskKind.RECOVERY,
    "Try these settings on planted truth",
    "Try them again",
    "It trains a model in each of several worlds: some minutes. You can leave this page meanwhile.",
)


@contain_failures()
def recovery(run: Run) -> None:
    """What these settings find in worlds whose drivers and lags are known."""
    st.subheader("Would these settings find a known truth?")
    found = cache.recovery(run)
    if found is None:
        st.markdown(
            "Worlds can be drawn whose drivers and lags are known. A model with the settings of "
            "this one, trained there, tells what it would find and what it would miss."
        )
    else:
        st.markdown(sentence(found.sentence))
        show_panel("recovery", panels.recovery(found, colours()))
    offer(run, RECOVERY, is_done=found is not None)
