"""What is asked of a model beside its training: offered, followed while it goes on, and its end."""

from typing import NamedTuple

import streamlit as st

from dashboard import jobs
from dashboard.views.run_buttons import follow
from dashboard.words import sentence
from imv_core.run_records import Status
from imv_core.runs import Run
from imv_core.works import Kind

ASK = {Kind.CHECKS: jobs.check, Kind.RECOVERY: jobs.recover}


class Offer(NamedTuple):
    """A work and how it is offered."""

    kind: Kind
    first: str  # the button that starts it
    again: str  # the same where there is a result already
    costs: str  # how long it takes, in a sentence


def offer(run: Run, of: Offer, is_done: bool) -> None:
    """The button that starts a work, or how far it is.

    Args:
        run: on which.
        of: the work.
        is_done: there is a result of an earlier one.
    """
    status = run.work(of.kind).status
    if _is_live(run, of, status):
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
            key=f"ask-{of.kind}",
        ):
            _ask(run, of.kind)
        st.caption(of.costs)


def _ask(run: Run, kind: Kind) -> None:
    try:
        ASK[kind](run)
    except OSError as error:
        st.error(sentence(f"Nothing can be kept in the folder of this run: {error.strerror}."))
    else:
        st.rerun()


def _is_live(run: Run, of: Offer, status: Status | None) -> bool:
    """It goes on here or elsewhere, or waits here."""
    if status is None or not status.is_active:
        return False
    return status.is_going_on or jobs.position(run, of.kind) is not None


def _going_on(run: Run, of: Offer) -> None:
    """Drawn again every second; the whole page knows once it has ended."""
    if not _is_live(run, of, run.work(of.kind).status):
        st.rerun()
    follow(run, of.kind)
