"""A run's progress and its buttons, wherever they stand."""

import streamlit as st

from dashboard import jobs, state
from dashboard.words import plain, sentence
from imv_core.runs import Run


def go_on(run: Run, text: str = "Go on with it", where: str = "go") -> None:
    """A button that trains the rest of a run."""
    if st.button(text, icon=":material/resume:", key=f"{where}-{run.path.name}"):
        jobs.start(run)
        state.open_run(run)
        st.rerun()


def download(run: Run, where: str) -> None:
    """A button that hands out a run's model."""
    st.download_button(
        "Download the model",
        run.model_path.read_bytes,
        file_name="model.imv",
        mime="application/octet-stream",
        icon=":material/download:",
        key=f"model-{where}-{run.path.name}",
        on_click="ignore",
    )


def follow(run: Run) -> None:
    """How far a run is that trains or waits, and the button that ends it."""
    status, settings, place = run.status, run.config.settings, jobs.position(run)
    if status.state == "waiting" and place is None:
        st.warning("It was in the queue of a server that has ended.")
        go_on(run, "Queue it again")
        return
    if status.state == "training":
        left = status.seconds_left
        until = "" if left is None else f", {_duration(left)} left at most"
        epoch = min(int(status.progress * settings.max_epochs + 1e-6) + 1, settings.max_epochs)
        text = f"epoch {epoch} of {settings.max_epochs}{until}"
    else:
        text = _place_in_queue(place or 0)
    st.progress(min(status.progress, 1.0), text)
    if status.message:
        st.caption(sentence(status.message))
    if run.is_asked_to_stop:
        st.caption("Stopping …")
        return
    words = "Stop, keep the best epoch so far" if not place else "Take it out of the queue"
    if st.button(words, icon=":material/stop:", key=f"stop-{run.path.name}"):
        jobs.stop(run)
        st.rerun()


def _place_in_queue(place: int) -> str:
    """Where a waiting run stands; 0: its process begins."""
    if place == 0:
        return "Starting …"
    before = plain(jobs.queue()[place - 1].config.name, longest=60)
    if place == 1:
        return f"Next in the queue, behind {before}"
    ending = "th" if 10 < place % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending} in the queue, behind {before}"


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
