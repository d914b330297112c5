"""What is asked of a model beside its training: offered, followed while it goes on, and its end."""

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from dashboard import cached, jobs
from dashboard.keys import Keys
from dashboard.redraw import redraw
from dashboard.views.failure import contained
from dashboard.views.run_buttons import follow
from dashboard.words import sentence
from imv_core import ImvError
from imv_core.run_records import Status
from imv_core.runs import Run
from imv_core.works import Kind

SIBLINGS = 4  # with the model's own, five seeds


class Offer(NamedTuple):
    """A work and how it is offered."""

    kind: Kind
    first: str  # the button that starts it
    again: str  # the same where there is a result already
    costs: str  # how long it takes, in a sentence


@contained()
def offer(run: Run, of: Offer, is_done: bool) -> None:
    """The button that starts a work, or how far it is.

    Args:
        run: on which.
        of: the work.
        is_done: there is a result of an earlier one.
    """
    status = run.work(of.kind).status
    if _is_live(run, of.kind, status):
        with st.container(border=True):
            st.fragment(_going_on, run_every=1.0)(run, of)
        return
    if status is not None and status.state in ("failed", "interrupted"):
        st.error(sentence(status.message or "Its process has ended without a word."))
    elif status is not None and status.state == "stopped":
        st.caption(f":material/stop: {sentence(status.message)}")
    elif status is not None and status.state == "waiting":
        st.warning("It was in the queue of a server that has ended.")
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            of.again if is_done else of.first,
            icon=":material/refresh:" if is_done else ":material/play_arrow:",
            type="primary" if of.kind == Kind.CHECKS and not is_done else "secondary",
            key=Keys.TRUST("ask", of.kind),
        ):
            _ask(lambda: _start(run, of.kind))
        st.caption(of.costs)


@contained()
def offer_seeds(run: Run) -> None:
    """The button that checks a model of one seed beside four more, where nothing goes on."""
    if _is_live(run, Kind.CHECKS, run.checking) or _has_seeds(run):
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            "Check with four more seeds", icon=":material/casino:", key=Keys.TRUST("ask", "seeds")
        ):
            _ask(lambda: jobs.check(run, SIBLINGS))
        st.caption(
            "They are trained first, which takes as long as four trainings; then the checks say "
            "whether another training would name the same variables."
        )


def _has_seeds(run: Run) -> bool:
    """The checks that are kept tell of several seeds."""
    trust = cached.trust(run)
    checks = () if trust is None else trust.checks
    return any(check.name == "seeds" and check.verdict != "unknown" for check in checks)


def _start(run: Run, kind: Kind) -> None:
    if kind == Kind.RECOVERY:
        jobs.recover(run)
        return
    if kind == Kind.INJECTION:
        jobs.inject(run)
        return
    again = _has_seeds(run) and run.config.settings.seeds == 1  # what was known stays known
    jobs.check(run, SIBLINGS if again else 0)


def _ask(start: Callable[[], None]) -> None:
    try:
        start()
    except ImvError as error:
        st.error(sentence(error))
    else:
        redraw()


def _is_live(run: Run, kind: Kind, status: Status | None) -> bool:
    """It goes on here or elsewhere, or waits here."""
    if status is None or not status.is_active:
        return False
    return status.is_going_on or jobs.position(run, kind) is not None


@contained()
def _going_on(run: Run, of: Offer) -> None:
    """Drawn again every second; the whole page knows once it has ended."""
    if not _is_live(run, of.kind, run.work(of.kind).status):
        redraw()
    follow(run, of.kind)
