"""Deleted runs: the way back, and the end of it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from dashboard import state
from dashboard.keys import Keys
from dashboard.redraw import redraw
from dashboard.settings_words import counted
from dashboard.views.failure import contained
from dashboard.words import plain, short
from imv_core import ImvError
from imv_core.deleted_runs import bring_back, erase
from imv_core.runs import Run


@contained()
def just_deleted() -> None:
    """Say what was deleted a moment ago, with the way back beside it."""
    paths = state.just_deleted()
    if not paths:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        what = plain(_name(paths[0])) if len(paths) == 1 else counted(len(paths), "run")
        st.markdown(f"Deleted: {what}.")
        if st.button("Bring back", icon=":material/undo:", key=Keys.TRAIN("undo")):
            _each(bring_back, paths)


@contained()
def deleted_fold() -> None:
    """All that was deleted and can still be brought back."""
    paths = state.deleted_runs()
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
                _each(bring_back, chosen)
            with st.popover(
                "Delete for good", icon=":material/delete_forever:", disabled=not chosen
            ):
                st.markdown(f"{counted(len(chosen), 'run')} will be gone. There is no way back.")
                if st.button("Delete for good, I am sure", type="primary", key=Keys.TRAIN("erase")):
                    _each(erase, chosen)


def _each(act: Callable[[Path], object], paths: list[Path]) -> None:
    try:
        for path in paths:
            act(path)
    except ImvError as error:
        state.leave_notice(str(error))
    redraw()


def _name(path: Path) -> str:
    try:
        return short(Run(path).config.name)
    except ImvError:
        return short(path.name)


def _when(path: Path) -> str:
    return f"{datetime.fromtimestamp(path.stat().st_mtime, UTC):%d %b %H:%M} UTC"
