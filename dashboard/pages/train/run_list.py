"""Show the list of runs, the actions on the chosen ones, and the deleted runs."""

import hashlib
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import streamlit as st

from dashboard import run_catalogue, session
from dashboard.pages.train.run_actions import show_actions
from dashboard.pages.train.run_table import run_table
from dashboard.session import redraw
from dashboard.session_keys import Keys
from dashboard.ui.failure import contain_failures
from dashboard.wording import plain, short
from imv_core import ImvError, Table
from imv_core.phrases import counted
from imv_core.runs.run import Run
from imv_core.runs.trash import erase, restore

CHOSEN = Keys.TRAIN("chosen-runs")
COLUMNS = {
    "name": st.column_config.TextColumn("Name", width="medium"),
    "target": st.column_config.TextColumn("Target", width="small"),
    "settings": st.column_config.TextColumn("Settings", width="medium"),
    "rmse": st.column_config.NumberColumn(
        "RMSE", format="%.4g", help="On the test part, in the target's unit."
    ),
    "relative": st.column_config.NumberColumn(
        "RMSE / best simple",
        format="%.3f",
        help="RMSE as a share of that of the best simple forecast (repeating a value, ridge "
        "regression) on the same windows: below 1 the model is better.",
    ),
    "state": st.column_config.TextColumn("State", width="small"),
    "made": st.column_config.DatetimeColumn("Made (UTC)", format="YYYY-MM-DD HH:mm"),
    "data": st.column_config.TextColumn("Data", width="medium"),
}


@contain_failures()
def show_runs(table: Table) -> None:
    """Show the list of runs, and the actions on the chosen rows."""
    st.subheader("Runs")
    show_just_deleted()
    is_all = st.toggle(
        "Show runs on other data", key=Keys.TRAIN("all-runs"), persist_state="session"
    )
    runs = run_catalogue.all_runs() if is_all else run_catalogue.runs_on(table)
    damaged = run_catalogue.damaged_runs()
    if runs or damaged:
        chosen = _choose_rows(runs, damaged, is_all)
        if chosen:
            with st.container(border=True):
                show_actions(chosen)
        else:
            st.caption(
                "Choose a row to open, rename, download or delete its run; two rows to compare."
            )
    else:
        st.caption("There is no run on this data yet.")
    show_deleted_runs()


def _choose_rows(runs: list[Run], damaged: list[Path], is_all: bool) -> list[Run | Path]:
    """Return the entries of the chosen rows; they stay chosen by folder when rows move."""
    entries: list[Run | Path] = [*runs, *damaged]
    folders = [entry.path if isinstance(entry, Run) else entry for entry in entries]
    digest = hashlib.sha256(b"\n".join(map(os.fsencode, folders))).hexdigest()[:12]
    frame: pd.DataFrame = run_table(runs, damaged)
    before = [row for row, folder in enumerate(folders) if folder in session.get(CHOSEN, ())]
    event = st.dataframe(
        frame if is_all else frame.drop(columns="data"),
        key=Keys.TRAIN("runs", digest),
        hide_index=True,
        column_config=COLUMNS,
        on_select="rerun",
        selection_default={"selection": {"rows": before}},
        selection_mode="multi-row",
        placeholder="–",
        alt="The runs, one per row",
    )
    rows = [row for row in event.selection.rows if row < len(entries)]
    session.put(CHOSEN, [folders[row] for row in rows])
    return [entries[row] for row in rows]


@contain_failures()
def show_just_deleted() -> None:
    """Name the runs that were just deleted, with a button to bring them back."""
    paths = session.just_deleted()
    if not paths:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        names = plain(_name(paths[0])) if len(paths) == 1 else counted(len(paths), "run")
        st.markdown(f"Deleted: {names}.")
        if st.button("Bring back", icon=":material/undo:", key=Keys.TRAIN("undo")):
            _apply_to_each(restore, paths)


@contain_failures()
def show_deleted_runs() -> None:
    """List the deleted runs, to bring back or delete for good."""
    paths = run_catalogue.deleted_runs()
    if not paths:
        return
    with st.expander(f"Deleted runs ({len(paths)})"):
        names = {path: f"{_name(path)}, deleted {_when(path)}" for path in paths}
        chosen = st.multiselect(
            "Deleted runs",
            paths,
            format_func=lambda path: names.get(path, path.name),
            label_visibility="collapsed",
            placeholder="Choose among the deleted runs",
            key=Keys.TRAIN("deleted"),
            persist_state="session",
        )
        with st.container(horizontal=True):
            if st.button(
                "Bring back", icon=":material/undo:", key=Keys.TRAIN("back"), disabled=not chosen
            ):
                _apply_to_each(restore, chosen)
            with st.popover(
                "Delete for good", icon=":material/delete_forever:", disabled=not chosen
            ):
                st.markdown(f"{counted(len(chosen), 'run')} will be gone. There is no way back.")
                if st.button("Delete for good, I am sure", type="primary", key=Keys.TRAIN("erase")):
                    _apply_to_each(erase, chosen)


def _apply_to_each(action: Callable[[Path], object], paths: list[Path]) -> None:
    try:
        for path in paths:
            action(path)
    except ImvError as error:
        session.set_notice(str(error))
    redraw()


def _name(path: Path) -> str:
    try:
        return short(Run(path).config.name)
    except ImvError:
        return short(path.name)


def _when(path: Path) -> str:
    return f"{datetime.fromtimestamp(path.stat().st_mtime, UTC):%d %b %H:%M} UTC"
