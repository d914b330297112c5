"""Train a model apart from the page, watch it, stop it; or load one from a file."""

import tempfile
from pathlib import Path

import streamlit as st

from dashboard import jobs, state
from dashboard.controls.settings import choose_settings
from dashboard.panels import training
from dashboard.views.panel import beside, colours, show_panel
from dashboard.words import plain, sentence
from imv_core import ImvError, IMVForecaster, Table
from imv_core.runs import Run

SIGNS = {
    "waiting": "In the queue",
    "training": "Training",
    "finished": "Finished",
    "stopped": "Stopped",
    "failed": "Failed",
    "interrupted": "Interrupted",
}
UNFINISHED = ("waiting", "training", "interrupted")


def page() -> None:
    """Start a training, follow it, or load a model."""
    st.title("Train")
    table = state.table()
    if table is None:
        st.info("No data is open.")
        state.link("data", "Choose a sample or upload a file", "table_chart")
        st.stop()
    choice = state.choice()
    st.markdown(
        f"Forecast **{plain(choice.target)}** of {plain(table.name)} from "
        f"{len(choice.variables)} variables."
    )
    state.link("data", "Choose other columns or another split", "table_chart")
    settings = choose_settings(choice)
    if st.button("Train", type="primary", icon=":material/play_arrow:"):
        try:
            run = Run.create(state.new_folder(), settings, table)
        except ImvError as error:
            st.error(sentence(error))
        else:
            jobs.start(run)
            state.open_run(run)
            st.rerun()
    _runs()
    _load(table)


def _runs() -> None:
    """The open run first, then everything else that trains, waits or was interrupted."""
    current = state.run()
    unfinished = [r for r in state.all_runs() if _state(r) in UNFINISHED]
    others = [r for r in unfinished if current is None or r.path != current.path]
    for run in others if current is None else [current, *others]:
        is_live = _state(run) in ("waiting", "training")
        with st.container(border=True):
            st.fragment(_run, run_every=1.0 if is_live else None)(run, is_live)


def _state(run: Run) -> str:
    try:
        return run.status.state
    except ImvError:
        return "unreadable"


def _run(run: Run, is_live: bool) -> None:
    """One run; drawn again every second while it trains."""
    try:
        _draw(run, is_live)
    except ImvError as error:
        st.error(sentence(error))


def _draw(run: Run, is_live: bool) -> None:
    status = run.status
    if is_live and not status.is_active:
        st.rerun()  # it has ended: the whole page may know
    st.markdown(f"**{SIGNS[status.state]}**: {plain(run.config.name)}")
    if status.is_active:
        _active(run)
    elif status.state in ("interrupted", "failed"):
        st.error(sentence(status.message or "Its process has ended without a word."))
        _go_on(run, "Go on with it")
    else:
        st.caption(sentence(status.message))
    if run.history:
        _pictures(run)
    if run.has_model:
        _finished(run)


def _go_on(run: Run, text: str) -> None:
    if st.button(text, icon=":material/resume:", key=f"go-{run.path.name}"):
        jobs.start(run)
        st.rerun()


def _active(run: Run) -> None:
    status, history = run.status, run.history
    settings = run.config.settings
    if status.state == "waiting" and not jobs.is_here(run):
        st.warning("It was in the queue of a server that has ended.")
        _go_on(run, "Queue it again")
        return
    left = "" if status.seconds_left is None else f", {_duration(status.seconds_left)} left at most"
    epoch = f"epoch {min(len(history) + 1, settings.max_epochs)} of {settings.max_epochs}"
    text = f"{epoch}{left}" if status.state == "training" else "Waiting for its turn …"
    st.progress(min(status.progress, 1.0), text)
    if run.is_asked_to_stop:
        st.caption("Stopping …")
    elif st.button(
        "Stop, keep the best epoch so far", icon=":material/stop:", key=f"stop-{run.path.name}"
    ):
        jobs.stop(run)
        st.rerun(scope="fragment")


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def _pictures(run: Run) -> None:
    history, names, key = run.history, run.config.variables, run.path.name
    objective, is_active = run.config.settings.objective, run.status.is_active
    left, right = beside(f"training-{key}", 1, 1)
    with left:
        show_panel(
            f"losses-{key}", training.losses(history, names, objective, is_active, colours())
        )
    with right:
        show_panel(f"forming-{key}", training.forming(history, names, colours()))


def _finished(run: Run) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        state.link("forecast", "See its forecasts", "timeline")
        state.link("explain", "See what drives them", "grid_on")
        st.download_button(
            "Download the model",
            run.model_path.read_bytes(),
            file_name="model.imv",
            mime="application/octet-stream",
            icon=":material/download:",
            key=f"model-{run.path.name}",
            on_click="ignore",
        )


def _load(table: Table) -> None:
    with st.expander("Load a model file that somebody sent"):
        file = st.file_uploader(
            "Model file (.imv)",
            help="It is used on the data that is open. Nothing in it is executed.",
            key="model-file",
        )
        if file is None or not st.button("Use it on the open data", key="adopt"):
            return
        try:
            with tempfile.TemporaryDirectory() as folder:
                copy = Path(folder) / "model.imv"  # the name that was sent is no path
                copy.write_bytes(file.getvalue())
                forecaster = IMVForecaster.load(copy)
            name = f"{forecaster.settings.target}, from {file.name}"
            state.open_run(Run.adopt(state.new_folder(), forecaster, table, name))
        except ImvError as error:
            st.error(sentence(error))
        else:
            st.rerun()
