"""Load a model file; open, rename, download, compare or delete the chosen runs."""

import tempfile
from pathlib import Path

import streamlit as st

from dashboard import run_catalogue, session, task_queue
from dashboard.pages.train.comparison.page import compare
from dashboard.pages.train.run_table import state_of
from dashboard.paths import SHIPPED_RUN
from dashboard.session import redraw
from dashboard.session_keys import Keys
from dashboard.ui.failure import contain_failures
from dashboard.ui.task_buttons import continue_button, download_button
from dashboard.wording import plain, sentence, short
from imv_core import ImvError, IMVForecaster, Table
from imv_core.errors import RunVersionError
from imv_core.phrases import counted
from imv_core.runs.new_folder import LONGEST_NAME
from imv_core.runs.records import State
from imv_core.runs.run import Run
from imv_core.runs.task import TaskKind
from imv_core.runs.trash import delete


@contain_failures()
def load_model_file(table: Table) -> None:
    """Let a file be uploaded, and make it a run on the open data."""
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
                copy = Path(folder) / "model.imv"  # the name of the upload is not used as a path
                copy.write_bytes(file.getvalue())
                forecaster = IMVForecaster.load(copy)
            name = f"{short(forecaster.settings.target)}, from {short(file.name)}"
            session.open_run(Run.adopt(run_catalogue.new_folder(), forecaster, table, name))
        except ImvError as error:
            st.error(sentence(error))
        else:
            redraw()


def show_actions(chosen: list[Run | Path]) -> None:
    """Draw the actions on one run, two, or more.

    Args:
        chosen: runs, and the folders of those that cannot be read.
    """
    if len(chosen) == 1 and isinstance(chosen[0], Run):
        _show_name_and_message(chosen[0])
    elif len(chosen) == 1 and isinstance(chosen[0], Path):
        st.error(_why_not_opened(chosen[0]))
    with st.container(horizontal=True):
        if len(chosen) == 1 and isinstance(chosen[0], Run):
            _draw_buttons(chosen[0])
        _draw_delete_button(chosen)
    runs = [entry for entry in chosen if isinstance(entry, Run)]
    if len(chosen) == len(runs) == 2:
        with contain_failures():
            compare(*runs)
    elif len(chosen) > 2:
        st.caption(f"{counted(len(chosen), 'run')} are chosen; two can be compared.")


def _show_name_and_message(run: Run) -> None:
    """Let the run be renamed, and show its message."""
    is_shipped = run.path == SHIPPED_RUN
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Name",
            run.config.name,
            max_chars=LONGEST_NAME,
            key=Keys.RUN("name", run.path.name),
            persist_state="session",
            disabled=is_shipped,
        )
        st.button(
            "Rename",
            key=Keys.RUN("rename", run.path.name),
            disabled=is_shipped,
            on_click=_rename,
            args=(run,),
        )
    try:
        status = run.status
    except ImvError as error:
        st.error(sentence(error))
    else:
        if status.message:
            (st.error if status.state == State.FAILED else st.caption)(sentence(status.message))


def _rename(run: Run) -> None:
    try:
        run.rename(session.get(Keys.RUN("name", run.path.name), run.config.name))
    except ImvError as error:
        session.set_notice(str(error))
    else:
        session.refresh_run(run)


def _open(run: Run) -> None:
    session.open_run(run)


def _draw_buttons(run: Run) -> None:
    current = session.run()
    if current is None or current.path != run.path:
        st.button(
            "Open",
            icon=":material/folder_open:",
            key=Keys.RUN("open", run.path.name),
            on_click=_open,
            args=(run,),
        )
        if state_of(run) in (State.STOPPED, State.FAILED, State.INTERRUPTED):
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


def _draw_delete_button(chosen: list[Run | Path]) -> None:
    reasons = [_reason_to_keep(entry) for entry in chosen if isinstance(entry, Run)]
    reason = next(filter(None, reasons), "")
    label = "Delete" if len(chosen) == 1 else f"Delete {counted(len(chosen), 'run')}"
    st.button(
        label,
        icon=":material/delete:",
        key=Keys.TRAIN("delete"),
        disabled=bool(reason),
        help=reason or "It can be brought back.",
        on_click=_delete,
        args=(chosen,),
    )


def _delete(chosen: list[Run | Path]) -> None:
    deleted = []
    try:
        for entry in chosen:
            deleted.append(delete(entry.path if isinstance(entry, Run) else entry))
    except ImvError as error:
        session.set_notice(str(error))
    session.set_just_deleted(deleted)


def _reason_to_keep(run: Run) -> str:
    """Return why a run cannot be deleted; empty if it can."""
    if run.path == SHIPPED_RUN:
        return "It comes with the program."
    if task_queue.position(run) is not None or state_of(run) == State.TRAINING:
        return "Stop it first."
    statuses = (run.task(kind).status for kind in TaskKind if kind != TaskKind.TRAINING)
    if any(status is not None and status.is_running for status in statuses):
        return "It is being checked. Stop that first, or wait."
    return ""
