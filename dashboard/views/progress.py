"""The open run as it trains or as it ended, and what waits in the queue."""

import streamlit as st

from dashboard import cached, jobs, state
from dashboard.jobs import Queued
from dashboard.keys import Keys
from dashboard.panels import training
from dashboard.redraw import redraw
from dashboard.run_list import SIGNS, state_of
from dashboard.views.failure import contained
from dashboard.views.panel import beside, colours, show_panel
from dashboard.views.run_buttons import download, follow, go_on
from dashboard.words import plain, sentence
from imv_core.runs import Run
from imv_core.works import Kind

LIVE = ("waiting", "training")
CHECKED = {
    Kind.CHECKS: "Checks",
    Kind.RECOVERY: "Planted worlds",
    Kind.INJECTION: "Hidden effect",
}


@contained()
def show_progress() -> None:
    """The open run with its figures; below it, in order, all else that is at work or waits."""
    current = state.run()
    if current is not None:
        is_live = _is_live(current)
        with st.container(border=True):
            st.fragment(_open_run, run_every=1.0 if is_live else None)(current, is_live)
    works = [
        work
        for work in _live_works()
        if current is None or (work.run.path, work.kind) != (current.path, Kind.TRAINING)
    ]
    if works:
        st.subheader("Also at work or in the queue")
        with st.container(border=True):
            st.fragment(_others, run_every=1.0)(works, current)


def _is_live(run: Run) -> bool:
    return state_of(run) in LIVE or jobs.position(run) is not None


def _live_works() -> list[Queued]:
    """This server's queue in its order, then what trains or waits elsewhere, the oldest first."""
    queue = [queued for queued in jobs.queue() if _is_active(queued)]
    here = {queued.run.path for queued in queue if queued.kind == Kind.TRAINING}
    elsewhere = [run for run in state.all_runs() if run.path not in here and state_of(run) in LIVE]
    return queue + [Queued(run, Kind.TRAINING) for run in elsewhere[::-1]]


def _is_active(queued: Queued) -> bool:
    status = queued.work.status
    return status is not None and status.is_active


@contained()
def _others(works: list[Queued], opened: Run | None) -> None:
    if state.run() != opened:
        redraw()  # another one was opened here
    for work in works:
        _other(work)


def _watch(run: Run) -> None:
    state.open_run(run)


@contained()
def _other(work: Queued) -> None:
    run, kind = work
    if not _is_active(work):
        if jobs.position(*work) is None:
            redraw()  # it has ended: the list of runs may know
        return  # its server is about to see to what follows
    with st.container(horizontal=True, vertical_alignment="center"):
        sign = SIGNS[run.status.state] if kind == Kind.TRAINING else CHECKED[kind]
        st.markdown(f"**{sign}**: {plain(run.config.name)}")
        if kind == Kind.TRAINING:
            st.button(
                "Watch it",
                icon=":material/visibility:",
                key=Keys.RUN("watch", run.path.name),
                on_click=_watch,
                args=(run,),
            )
    follow(run, kind)


@contained()
def _open_run(run: Run, is_live: bool) -> None:
    """One run; drawn again every second while it trains."""
    status = run.status
    if is_live != _is_live(run):
        redraw()  # it has ended, and its checks are in the queue, or it goes on
    st.markdown(f"**{SIGNS[status.state]}**: {plain(run.config.name)}")
    if status.is_active:
        follow(run)
    elif status.state in ("interrupted", "failed"):
        st.error(sentence(status.message or "Its process has ended without a word."))
    elif status.message:
        st.caption(sentence(status.message))
    if not status.is_active and status.state != "finished":
        go_on(run)
    _pictures(run)
    if run.has_model:
        with st.container(horizontal=True, vertical_alignment="center"):
            state.link("forecast", "See its forecasts", "timeline")
            state.link("explain", "See what drives them", "grid_on")
            download(run, "card")


@contained()
def _pictures(run: Run) -> None:
    history, names, key = run.history, run.config.variables, run.path.name
    if not history:
        return
    objective, is_active = run.config.settings.objective, run.status.is_active
    left, right = beside(f"training-{key}", 1, 1)
    with left:
        show_panel(
            f"losses-{key}", training.losses(history, names, objective, is_active, colours())
        )
    with right:
        alike = cached.groups(run)
        show_panel(f"forming-{key}", training.forming(history, names, objective, colours(), alike))
