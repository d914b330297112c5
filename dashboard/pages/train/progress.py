"""The open run as it trains or as it ended, and what waits in the queue."""

import streamlit as st

from dashboard import cache, run_catalogue, session, task_queue
from dashboard.keys import Keys
from dashboard.pages.train import panels as training
from dashboard.pages.train.run_table import SIGNS, state_of
from dashboard.session import redraw
from dashboard.task_queue import Queued
from dashboard.ui.failure import contain_failures
from dashboard.ui.figure_card import colours, columns_side_by_side, show_panel
from dashboard.ui.task_buttons import continue_button, download_button, show_task_progress
from dashboard.wording import plain, sentence
from imv_core.runs.run import Run
from imv_core.runs.task import TaskKind

LIVE = ("waiting", "training")
CHECKED = {
    TaskKind.CHECKS: "Checks",
    TaskKind.RECOVERY: "Planted worlds",
    TaskKind.INJECTION: "Hidden effect",
}


@contain_failures()
def show_progress() -> None:
    """The open run with its figures; below it, in order, all else that is at work or waits."""
    current = session.run()
    if current is not None:
        is_live = _is_live(current)
        with st.container(border=True):
            st.fragment(_open_run, run_every=1.0 if is_live else None)(current, is_live)
    tasks = [
        task
        for task in _live_works()
        if current is None or (task.run.path, task.kind) != (current.path, TaskKind.TRAINING)
    ]
    if tasks:
        st.subheader("Also at work or in the queue")
        with st.container(border=True):
            st.fragment(_others, run_every=1.0)(tasks, current)


def _is_live(run: Run) -> bool:
    return state_of(run) in LIVE or task_queue.position(run) is not None


def _live_works() -> list[Queued]:
    """This server's queue in its order, then what trains or waits elsewhere, the oldest first."""
    queue = [queued for queued in task_queue.queue() if _is_active(queued)]
    here = {queued.run.path for queued in queue if queued.kind == TaskKind.TRAINING}
    elsewhere = [
        run for run in run_catalogue.all_runs() if run.path not in here and state_of(run) in LIVE
    ]
    return queue + [Queued(run, TaskKind.TRAINING) for run in elsewhere[::-1]]


def _is_active(queued: Queued) -> bool:
    status = queued.task.status
    return status is not None and status.is_active


@contain_failures()
def _others(tasks: list[Queued], opened: Run | None) -> None:
    if session.run() != opened:
        redraw()  # another one was opened here
    for task in tasks:
        _other(task)


def _watch(run: Run) -> None:
    session.open_run(run)


@contain_failures()
def _other(task: Queued) -> None:
    run, kind = task
    if not _is_active(task):
        if task_queue.position(*task) is None:
            redraw()  # it has ended: the list of runs may know
        return  # its server is about to see to what follows
    with st.container(horizontal=True, vertical_alignment="center"):
        sign = SIGNS[run.status.state] if kind == TaskKind.TRAINING else CHECKED[kind]
        st.markdown(f"**{sign}**: {plain(run.config.name)}")
        if kind == TaskKind.TRAINING:
            st.button(
                "Watch it",
                icon=":material/visibility:",
                key=Keys.RUN("watch", run.path.name),
                on_click=_watch,
                args=(run,),
            )
    show_task_progress(run, kind)


@contain_failures()
def _open_run(run: Run, is_live: bool) -> None:
    """One run; drawn again every second while it trains."""
    status = run.status
    if is_live != _is_live(run):
        redraw()  # it has ended, and its checks are in the queue, or it goes on
    st.markdown(f"**{SIGNS[status.state]}**: {plain(run.config.name)}")
    if status.is_active:
        show_task_progress(run)
    elif status.state in ("interrupted", "failed"):
        st.error(sentence(status.message or "Its process has ended without a word."))
    elif status.message:
        st.caption(sentence(status.message))
    if not status.is_active and status.state != "finished":
        continue_button(run)
    _pictures(run)
    if run.has_model:
        with st.container(horizontal=True, vertical_alignment="center"):
            session.link("forecast", "See its forecasts", "timeline")
            session.link("explain", "See what drives them", "grid_on")
            download_button(run, "card")


@contain_failures()
def _pictures(run: Run) -> None:
    history, names, key = run.history, run.config.variables, run.path.name
    if not history:
        return
    objective, is_active = run.config.settings.objective, run.status.is_active
    left, right = columns_side_by_side(f"training-{key}", 1, 1)
    with left:
        show_panel(
            f"losses-{key}", training.losses(history, names, objective, is_active, colours())
        )
    with right:
        alike = cache.groups(run)
        show_panel(f"forming-{key}", training.forming(history, names, objective, colours(), alike))
