"""Buttons for the chosen runs: open, rename, go on, download, compare, delete.

A click is answered before anything is drawn, see `run_buttons`.
"""

from pathlib import Path

import streamlit as st

from dashboard import jobs, state
from dashboard.keys import Keys
from dashboard.places import SHIPPED_RUN
from dashboard.run_list import state_of
from dashboard.settings_words import counted
from dashboard.views.comparison import compare
from dashboard.views.failure import contained
from dashboard.views.run_buttons import download, go_on
from dashboard.words import plain, sentence
from imv_core import ImvError
from imv_core.deleted_runs import delete
from imv_core.runs import LONGEST_NAME, Run
from imv_core.works import Kind


def act_on(chosen: list[Run | Path]) -> None:
    """Offer what fits one run, two, or more.

    Args:
        chosen: readable runs, and the folders of damaged ones.
    """
    if len(chosen) == 1 and isinstance(chosen[0], Run):
        _one(chosen[0])
    elif len(chosen) == 1 and isinstance(chosen[0], Path):
        st.error(
            f"The folder {plain(chosen[0].name)} cannot be read as a run: its file config.json is "
            "damaged. Delete it, or put the file right."
        )
    with st.container(horizontal=True):
        if len(chosen) == 1 and isinstance(chosen[0], Run):
            _buttons(chosen[0])
        _delete(chosen)
    runs = [entry for entry in chosen if isinstance(entry, Run)]
    if len(chosen) == len(runs) == 2:
        with contained():
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
        run.rename(state.get(Keys.RUN("name", run.path.name), run.config.name))
    except ImvError as error:
        state.leave_notice(str(error))
    else:
        state.refresh_run(run)


def _open(run: Run) -> None:
    state.open_run(run)


def _buttons(run: Run) -> None:
    current = state.run()
    if current is None or current.path != run.path:
        st.button(
            "Open",
            icon=":material/folder_open:",
            key=Keys.RUN("open", run.path.name),
            on_click=_open,
            args=(run,),
        )
        if state_of(run) in ("stopped", "failed", "interrupted"):
            go_on(run, where="row")
    if run.has_model:
        download(run, "row")


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
        state.leave_notice(str(error))
    state.remember_deleted(places)


def _must_stay(run: Run) -> str:
    """Why a run cannot be deleted; empty where it can."""
    if run.path == SHIPPED_RUN:
        return "It comes with the program."
    if jobs.position(run) is not None or state_of(run) == "training":
        return "Stop it first."
    asked = (run.work(kind).status for kind in Kind if kind != Kind.TRAINING)
    if any(status is not None and status.is_going_on for status in asked):
        return "It is being checked. Stop that first, or wait."
    return ""
