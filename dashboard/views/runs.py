"""The runs: open, rename, go on, download, compare, delete and bring back."""

import hashlib
from pathlib import Path

import pandas as pd
import streamlit as st

from dashboard import jobs, state
from dashboard.places import SHIPPED_RUN
from dashboard.run_list import run_table, state_of
from dashboard.settings_words import counted
from dashboard.views.comparison import compare
from dashboard.views.deleted import deleted_fold, just_deleted
from dashboard.views.progress import download, go_on
from dashboard.words import plain, sentence
from imv_core import ImvError, Table
from imv_core.deleted_runs import delete
from imv_core.runs import LONGEST_NAME, Run

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


def show_runs(table: Table) -> None:
    """The list, and what can be done with the rows that are chosen."""
    st.subheader("Runs")
    just_deleted()
    everything = st.toggle("Also those of other data", key="all-runs", persist_state="session")
    runs = state.all_runs() if everything else state.runs_of(table)
    damaged = state.damaged_runs()
    if runs or damaged:
        chosen = _choose(runs, damaged, everything)
        if chosen:
            with st.container(border=True):
                _act(chosen)
        else:
            st.caption(
                "Choose a row to open, rename, download or delete its run; two rows to compare."
            )
    else:
        st.caption("There is no run on this data yet.")
    deleted_fold()


def _choose(runs: list[Run], damaged: list[Path], everything: bool) -> list[Run | Path]:
    """The rows that are chosen; they are known by place, so a change of rows forgets them."""
    entries = [*runs, *damaged]
    folders = [entry.path if isinstance(entry, Run) else entry for entry in entries]
    rows = hashlib.sha256("\n".join(map(str, folders)).encode()).hexdigest()[:12]
    frame: pd.DataFrame = run_table(runs, damaged)
    event = st.dataframe(
        frame if everything else frame.drop(columns="data"),
        key=f"runs-{rows}",
        hide_index=True,
        column_config=COLUMNS,
        on_select="rerun",
        selection_mode="multi-row",
        placeholder="–",
        alt="The runs, a row each",
    )
    return [entries[row] for row in event.selection.rows if row < len(entries)]


def _act(chosen: list[Run | Path]) -> None:
    if len(chosen) == 1 and isinstance(chosen[0], Run):
        _one(chosen[0])
    elif len(chosen) == 1:
        st.error(
            f"The folder {plain(chosen[0].name)} cannot be read as a run: its file config.json is "
            "damaged. Delete it, or put the file right."
        )
    with st.container(horizontal=True):
        if len(chosen) == 1 and isinstance(chosen[0], Run):
            _buttons(chosen[0])
        _delete(chosen)
    if len(chosen) == 2 and all(isinstance(entry, Run) for entry in chosen):
        compare(*chosen)
    elif len(chosen) > 2:
        st.caption(f"{counted(len(chosen), 'run')} are chosen; two can be compared.")


def _one(run: Run) -> None:
    """Its name, and what is wrong with it."""
    is_ours = run.path != SHIPPED_RUN
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            "Name",
            run.config.name,
            max_chars=LONGEST_NAME,
            key=f"name-{run.path.name}",
            disabled=not is_ours,
        )
        if st.button("Rename", key=f"rename-{run.path.name}", disabled=not is_ours):
            try:
                run.rename(name)
            except (ImvError, OSError) as error:
                st.error(sentence(error))
            else:
                state.refresh_run(run)
                st.rerun()
    try:
        status = run.status
    except ImvError as error:
        st.error(sentence(error))
    else:
        if status.message:
            (st.error if status.state == "failed" else st.caption)(sentence(status.message))


def _buttons(run: Run) -> None:
    current, key = state.run(), run.path.name
    if current is None or current.path != run.path:
        if st.button("Open", icon=":material/folder_open:", key=f"open-{key}"):
            state.open_run(run)
            st.rerun()
        if state_of(run) in ("stopped", "failed", "interrupted"):
            go_on(run, where="row")
    if run.has_model:
        download(run, "row")


def _delete(chosen: list[Run | Path]) -> None:
    kept = [entry for entry in chosen if isinstance(entry, Run) and _must_stay(entry)]
    label = "Delete" if len(chosen) == 1 else f"Delete {counted(len(chosen), 'run')}"
    if not st.button(
        label,
        icon=":material/delete:",
        key="delete",
        disabled=bool(kept),
        help=(_must_stay(kept[0]) if kept else "It can be brought back."),
    ):
        return
    places = []
    try:
        for entry in chosen:
            places.append(delete(entry.path if isinstance(entry, Run) else entry))
    except ImvError as error:
        state.leave_notice(str(error))
    state.remember_deleted(places)
    st.rerun()


def _must_stay(run: Run) -> str:
    """Why a run cannot be deleted; empty where it can."""
    if run.path == SHIPPED_RUN:
        return "It comes with the program."
    if jobs.position(run) is not None or state_of(run) == "training":
        return "Stop it first."
    return ""
