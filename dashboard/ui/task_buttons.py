"""Progress of a run's tasks, and buttons to continue, stop and download.

The buttons use callbacks: a timed fragment may rerun the app before `if st.button()` is reached,
and the click would be lost.
"""

import streamlit as st

from dashboard import session, task_queue
from dashboard.session_keys import Keys
from dashboard.wording import plain, sentence
from imv_core import ImvError, devices_and_threads
from imv_core.runs.records import Status
from imv_core.runs.run import Run
from imv_core.runs.task import TaskKind

BEFORE = {
    TaskKind.TRAINING: "",
    TaskKind.CHECKS: "the checks of ",
    TaskKind.RECOVERY: "the planted worlds of ",
    TaskKind.INJECTION: "the hidden effect of ",
}


def continue_button(run: Run, text: str = "Continue training", where: str = "go") -> None:
    """Show a button that continues the training of a run."""
    key = Keys.RUN(where, run.path.name)
    st.button(text, icon=":material/resume:", key=key, on_click=_continue, args=(run,))


def _continue(run: Run) -> None:
    try:
        devices_and_threads.to_train_on(run.config.settings.device)
        task_queue.start(run)
    except ImvError as error:
        session.set_notice(str(error))
    else:
        session.open_run(run)


def _stop(run: Run, kind: TaskKind) -> None:
    try:
        task_queue.stop(run, kind)
    except ImvError as error:
        session.set_notice(str(error))


def download_button(run: Run, where: str) -> None:
    """Show a button that downloads a run's model."""
    st.download_button(
        "Download the model",
        run.model_path.read_bytes,
        file_name="model.imv",
        mime="application/octet-stream",
        icon=":material/download:",
        key=Keys.RUN("model", where, run.path.name),
        on_click="ignore",
    )


def show_task_progress(run: Run, kind: TaskKind = TaskKind.TRAINING) -> None:
    """Show the progress of a running or queued task, and a button that stops it."""
    task, place = run.task(kind), task_queue.position(run, kind)
    status = run.status if kind == TaskKind.TRAINING else task.status
    if status is None:
        return
    if status.state == "waiting" and place is None:
        st.warning("This task was in the queue of a server that has ended.")
        if kind == TaskKind.TRAINING:
            continue_button(run, "Queue it again")
        return
    st.progress(
        status.progress,
        _progress_text(run, status) if status.is_running else _place_in_queue(place or 0),
    )
    if status.state == "training" and status.message:
        st.caption(sentence(status.message))
    if task.is_stop_requested:
        st.caption("Stopping …")
        return
    stop = "Stop, keep the best epoch so far" if kind == TaskKind.TRAINING else "Stop"
    words = "Remove from the queue" if place else stop
    key = "stop" if kind == TaskKind.TRAINING else f"stop-{kind}"
    st.button(
        words,
        icon=":material/stop:",
        key=Keys.RUN(key, run.path.name),
        on_click=_stop,
        args=(run, kind),
    )


def _progress_text(run: Run, status: Status) -> str:
    """Return the current step of a task, and the time left."""
    left = status.seconds_left
    if status.state != "training":
        until = "" if left is None else f", {_duration(left)} left"
        return f"{sentence(status.message) or 'Starting …'}{until}"
    epochs = run.config.settings.max_epochs
    epoch = min(int(status.progress * epochs + 1e-6) + 1, epochs)
    until = "" if left is None else f", {_duration(left)} left at most"
    return f"epoch {epoch} of {epochs}{until}"


def _place_in_queue(place: int) -> str:
    """Return what a queued task waits for; at place 0 its process starts."""
    if place == 0:
        return "Starting …"
    before = task_queue.queue()[place - 1]
    name = BEFORE[before.kind] + plain(before.run.config.name, longest=60)
    if place == 1:
        return f"Next in the queue, behind {name}"
    ending = "th" if 10 < place % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending} in the queue, behind {name}"


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
