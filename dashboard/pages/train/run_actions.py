"""A model file that somebody sent, to be used on the open data."""

import tempfile
from pathlib import Path

import streamlit as st

from dashboard import run_catalogue, session, task_queue
from dashboard.keys import Keys
from dashboard.pages.train.comparison.page import compare
from dashboard.pages.train.run_table import state_of
from dashboard.paths import SHIPPED_RUN
from dashboard.session import redraw
from dashboard.ui.failure import contain_failures
from dashboard.ui.task_buttons import continue_button, download_button
from dashboard.wording import counted, plain, sentence, short
from imv_core import ImvError, IMVForecaster, Table
from imv_core.errors import RunVersionError
from imv_core.runs.new_folder import LONGEST_NAME
from imv_core.runs.run import Run
from imv_core.runs.task import TaskKind
from imv_core.runs.trash import delete


@contain_failures()
def adopt_a_file(table: Table) -> None:
    """Ask for the file, and make a run of it."""
    with st.expander("Load a model file that somebody sent"):
        file = st.file_uploader(
            "Model file (.imv)",
            help="It is used on the data that is open. Nothing in it is executed.",
            key=Keys.TRAIN("model-file"),
        )
        if file is None or not st.button("Use it on the open data", key=Keys.TRAIN("adopt")):
            return
        try:
            with tempfile.TemporaryDirectory() as folder:
                copy = Path(folder) / "model.imv"  # the name that was sent is no path
                copy.write_bytes(file.getvalue())
                forecaster = IMVForecaster.load(copy)
            name = f"{short(forecaster.settings.target)}, from {short(file.name)}"
            session.open_run(Run.adopt(run_catalogue.new_folder(), forecaster, table, name))
        except ImvError as error:
            st.error(sentence(error))
        else:
            redraw()


def act_on(chosen: list[Run | Path]) -> None:
    """Offer what fits one run, two, or more.

    Args:
        chosen: readable runs, and the folders of damaged ones.
    """
    if len(chosen) == 1 and isinstance(chosen[0], Run):
        _one(chosen[0])
    elif len(chosen) == 1 and isinstance(chosen[0], Path):
        st.error(_why_not_opened(chosen[0]))
    with st.container(horizontal=True):
        if len(chosen) == 1 and isinstance(chosen[0], Run):
            _buttons(chosen[0])
        _delete(chosen)
    runs = [entry for entry in chosen if isinstance(entry, Run)]
    if len(chosen) == len(runs) == 2:
        with contain_failures():
            compare(*runs)
    elif len(chosen) > 2:
        st.caption(f"{counted(len(chosen), 'run')} are chosen; two can be compared.")


def _one(run: Run) -> None:
    """Its name, and what is wrong with it."""
    is_ours = run.path != SHIPPED_RUN
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Name",
            run.config.name,
            max_chars=LONGEST_NAME,
            key=Keys.RUN("name", run.path.name),
            persist_state="session",
            disabled=not is_ours,
        )
        st.button(
            "Rename",
            key=Keys.RUN("rename", run.path.name),
            disabled=not is_ours,
            on_click=_rename,
            args=(run,),
        )
    try:
        status = run.status
    except ImvError as error:
        st.error(sentence(error))
    else:
        if status.message:
            (st.error if status.state == "failed" else st.caption)(sentence(status.message))


def _rename(run: Run) -> None:
    try:
        run.rename(session.get(Keys.RUN("name", run.path.name), run.config.name))
    except ImvError as error:
        session.set_notice(str(error))
    else:
        session.refresh_run(run)


def _open(run: Run) -> None:
    session.open_run(run)


def _buttons(run: Run) -> None:
    current = session.run()
    if current is None or current.path != run.path:
        st.button(
            "Open",
            icon=":material/folder_open:",
            key=Keys.RUN("open", run.path.name),
            on_click=_open,
            args=(run,),
        )
        if state_of(run) in ("stopped", "failed", "interrupted"):
            continue_button(run, where="row")
    if run.has_model:
        download_button(run, "row")


def _why_not_opened(path: Path) -> str:
    """Return why a run cannot be opened, with a remedy."""
    try:
        Run(path)
    except RunVersionError as error:
        return sentence(error)
    except ImvError:
        pass
    return (
        f"The folder {plain(path.name)} cannot be read as a run: its file config.json is damaged. "
        "Delete it, or put the file right."
    )


def _delete(chosen: list[Run | Path]) -> None:
    kept = [entry for entry in chosen if isinstance(entry, Run) and _must_stay(entry)]
    label = "Delete" if len(chosen) == 1 else f"Delete {counted(len(chosen), 'run')}"
    st.button(
        label,
        icon=":material/delete:",
        key=Keys.TRAIN("delete"),
        disabled=bool(kept),
        help=(_must_stay(kept[0]) if kept else "It can be brought back."),
        on_click=_put_away,
        args=(chosen,),
    )


def _put_away(chosen: list[Run | Path]) -> None:
    places = []
    try:
        for entry in chosen:
            places.append(delete(entry.path if isinstance(entry, Run) else entry))
    except ImvError as error:
        session.set_notice(str(error))
    session.set_just_deleted(places)


def _must_stay(run: Run) -> str:
    """Why a run cannot be deleted; empty where it can."""
    if run.path == SHIPPED_RUN:
        return "It comes with the program."
    if task_queue.position(run) is not None or state_of(run) == "training":
        return "Stop it first."
    asked = (run.task(kind).status for kind in TaskKind if kind != TaskKind.TRAINING)
    if any(status is not None and status.is_running for status in asked):
        return "It is being checked. Stop that first, or wait."
    return ""
