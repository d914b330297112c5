"""The list of runs; what is chosen in it is acted on below it."""

import hashlib
import os
from pathlib import Path

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.keys import Keys
from dashboard.run_list import run_table
from dashboard.views.deleted import deleted_fold, just_deleted
from dashboard.views.failure import contained
from dashboard.views.run_actions import act_on
from imv_core import Table
from imv_core.runs import Run

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


@contained()
def show_runs(table: Table) -> None:
    """The list, and what can be done with the rows that are chosen."""
    st.subheader("Runs")
    just_deleted()
    everything = st.toggle(
        "Also those of other data", key=Keys.TRAIN("all-runs"), persist_state="session"
    )
    runs = state.all_runs() if everything else state.runs_of(table)
    damaged = state.damaged_runs()
    if runs or damaged:
        chosen = _choose(runs, damaged, everything)
        if chosen:
            with st.container(border=True):
                act_on(chosen)
        else:
            st.caption(
                "Choose a row to open, rename, download or delete its run; two rows to compare."
            )
    else:
        st.caption("There is no run on this data yet.")
    deleted_fold()


def _choose(runs: list[Run], damaged: list[Path], everything: bool) -> list[Run | Path]:
    """The rows that are chosen; kept by their folders, as Streamlit knows them by place only."""
    entries: list[Run | Path] = [*runs, *damaged]
    folders = [entry.path if isinstance(entry, Run) else entry for entry in entries]
    rows = hashlib.sha256(b"\n".join(map(os.fsencode, folders))).hexdigest()[:12]
    frame: pd.DataFrame = run_table(runs, damaged)
    before = [row for row, folder in enumerate(folders) if folder in state.get(CHOSEN, ())]
    event = st.dataframe(
        frame if everything else frame.drop(columns="data"),
        key=Keys.TRAIN("runs", rows),
        hide_index=True,
        column_config=COLUMNS,
        on_select="rerun",
        selection_default={"selection": {"rows": before}},
        selection_mode="multi-row",
        placeholder="–",
        alt="The runs, a row each",
    )
    rows_now = [row for row in event.selection.rows if row < len(entries)]
    state.put(CHOSEN, [folders[row] for row in rows_now])
    return [entries[row] for row in rows_now]
