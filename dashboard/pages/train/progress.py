"""Show the open run while it trains and after it, and all other tasks that run or wait."""

import streamlit as st

from dashboard import cache, run_catalogue, session, task_queue
from dashboard.pages.train import panels as training
from dashboard.pages.train.run_table import SIGNS, state_of
from dashboard.session import redraw
from dashboard.session_keys import Keys
from dashboard.task_queue import Queued
from dashboard.ui.failure import contain_failures
from dashboard.ui.figure_card import colours, columns_side_by_side, show_panel
from dashboard.ui.task_buttons import continue_button, download_button, show_task_progress
from dashboard.wording import plain, sentence
from imv_core.runs.records import State
from imv_core.runs.run import Run
from imv_core.runs.task import TaskKind

ACTIVE = (State.WAITING, State.TRAINING)
CHECKS = {
    TaskKind.CHECKS: "Checks",
    TaskKind.RECOVERY: "Planted worlds",
    TaskKind.INJECTION: "Hidden effect",
}


@contain_failures()
def show_progress() -> None:
    """Show the open run with its figures, then all other tasks in the order of the queue."""
    current = session.run()
    if current is not None:
        is_live = _is_live(current)
        with st.container(border=True):
            st.fragment(_show_open_run, run_every=1.0 if is_live else None)(current, is_live)
    tasks = [
        task
        for task in _active_tasks()
        if current is None or (task.run.path, task.kind) != (current.path, TaskKind.TRAINING)
    ]
    if tasks:
        st.subheader("Also running or in the queue")
        with st.container(border=True):
            st.fragment(_show_tasks, run_every=1.0)(tasks, current)


def _is_live(run: Run) -> bool:
    return state_of(run) in ACTIVE or task_queue.position(run) is not None


def _active_tasks() -> list[Queued]:
    """Return this server's queue in its order, then runs that other servers train, oldest first."""
    queue = [queued for queued in task_queue.queue() if _is_active(queued)]
    here = {queued.run.path for queued in queue if queued.kind == TaskKind.TRAINING}
    elsewhere = [
        run for run in run_catalogue.all_runs() if run.path not in here and state_of(run) in ACTIVE
    ]
    return queue + [Queued(run, TaskKind.TRAINING) for run in elsewhere[::-1]]


def _is_active(queued: Queued) -> bool:
    status = queued.task.status
    return status is not None and status.is_active


@contain_failures()
def _show_tasks(tasks: list[Queued], open_run: Run | None) -> None:
    if session.run() != open_run:
        redraw()  # a button below has opened another run
    for task in tasks:
        _show_task(task)


def _open(run: Run) -> None:
    session.open_run(run)


@contain_failures()
def _show_task(task: Queued) -> None:
    run, kind = task
    if not _is_active(task):
        if task_queue.position(*task) is None:
            redraw()  # it has ended: show its result in the list of runs
        return  # its server will start what follows
    with st.container(horizontal=True, vertical_alignment="center"):
        sign = SIGNS[run.status.state] if kind == TaskKind.TRAINING else CHECKS[kind]
        st.markdown(f"**{sign}**: {plain(run.config.name)}")
        if kind == TaskKind.TRAINING:
            st.button(
                "Watch it",
                icon=":material/visibility:",
                key=Keys.RUN("watch", run.path.name),
                on_click=_open,
                args=(run,),
            )
    show_task_progress(run, kind)


@contain_failures()
def _show_open_run(run: Run, is_live: bool) -> None:
    """Show one run; a fragment that runs every second while the run trains."""
    status = run.status
    if is_live != _is_live(run):
        redraw()  # it has ended and its checks are in the queue, or it continues
    st.markdown(f"**{SIGNS[status.state]}**: {plain(run.config.name)}")
    if status.is_active:
        show_task_progress(run)
    elif status.state in (State.INTERRUPTED, State.FAILED):
        st.error(sentence(status.message or "Its process stopped unexpectedly."))
    elif status.message:
        st.caption(sentence(status.message))
    if not status.is_active and status.state != State.FINISHED:
        continue_button(run)
    _show_figures(run)
    if run.has_model:
        with st.container(horizontal=True, vertical_alignment="center"):
            session.link("forecast", "See its forecasts", "timeline")
            session.link("explain", "See what drives them", "grid_on")
            download_button(run, "card")


@contain_failures()
def _show_figures(run: Run) -> None:
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
        groups = cache.groups(run)
        show_panel(f"forming-{key}", training.forming(history, names, objective, colours(), groups))
