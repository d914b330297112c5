"""Keep the state of a visit: open table and run, what is chosen, and the address of the page.

No other module touches `st.session_state`. Values that all pages share have functions here; a page
stores its own by `put` and reads them by `get`, under its own keys of `dashboard.session_keys`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn, cast

import streamlit as st
from streamlit.navigation.page import Page as StreamlitPage
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dashboard import cache
from dashboard.paths import SHIPPED_RUN
from dashboard.run_catalogue import all_runs, runs_on
from dashboard.session_keys import Key, SessionKey
from dashboard.upload import Origin
from imv_core import ImvError, Settings, Table, TableError
from imv_core.runs.run import Run
from imv_core.tables.resampling import resample
from imv_core.windows.scaling import Fill


def redraw() -> NoReturn:
    """Run the page again, but let a click that has arrived meanwhile go first.

    `st.rerun` alone overrides the page of a request that waits: a click on the link to another page
    would be lost. Drawing an element first lets the waiting request take over.
    """
    st.empty()
    st.rerun()


@dataclass(frozen=True)
class Choice:
    """Target, variables, split and fill of the next training."""

    target: str
    variables: tuple[str, ...]
    train_share: float = Settings.train_share
    validation_share: float = Settings.validation_share
    fill: Fill = Settings.fill


def start(pages: dict[str, StreamlitPage]) -> None:
    """Open the run in the address, else the sample with its shipped model; update the address."""
    state = st.session_state
    state[SessionKey.PAGES] = pages
    if SessionKey.TABLE not in state:
        select_forecast(st.query_params.get("at"), st.query_params.get("ahead"))
        named = st.query_params.get("run")
        known = {run.path.name: run for run in all_runs()}  # an address never becomes a path
        state[SessionKey.TABLE] = state[SessionKey.RUN] = None
        for name in (named, SHIPPED_RUN.name):
            if state[SessionKey.TABLE] is None and name in known:
                open_run(known[name])
    current = state[SessionKey.RUN]
    if current is not None and not current.path.exists():  # deleted meanwhile
        close_run()
    elif current is not None:
        st.query_params["run"] = current.path.name


def link(name: str, text: str, icon: str = "") -> None:
    """Draw a link to another page; the text is Markdown."""
    page, icon = st.session_state[SessionKey.PAGES][name], f":material/{icon}:" if icon else ""
    st.page_link(page, label=text, icon=icon)


def table() -> Table | None:
    """Return the open table."""
    return cast("Table | None", st.session_state[SessionKey.TABLE])


def run() -> Run | None:
    """Return the open run, trained or not; None: there is none for the open table."""
    return cast("Run | None", st.session_state[SessionKey.RUN])


def open_run(chosen: Run) -> bool:
    """Open a run with its table; return whether it could be opened, else leave a notice."""
    try:
        opened = cache.table(chosen) if chosen.has_model else chosen.table
    except ImvError as error:
        set_notice(str(error))
        return False
    settings = chosen.config.settings
    st.session_state[SessionKey.RUN], st.session_state[SessionKey.TABLE] = chosen, opened
    reset_choice(
        Choice(
            settings.target,
            chosen.config.variables,
            settings.train_share,
            settings.validation_share,
            settings.fill,
        )
    )
    return True


def refresh_run(changed: Run) -> None:
    """Replace the open run by its changed state, if it is the same run."""
    current = run()
    if current is not None and current.path == changed.path:
        st.session_state[SessionKey.RUN] = changed


def close_run() -> None:
    """Close the run; its table stays open."""
    st.session_state[SessionKey.RUN] = None
    st.query_params.pop("run", None)


def open_table(opened: Table, before: Choice | None = None) -> None:
    """Open a table, with the newest model that was trained here on the same numbers.

    A model that came in a file is not opened by itself.

    Args:
        opened: the table.
        before: choice for the same data in another form, which is kept where possible.

    Raises:
        TableError: no column can be forecast.
    """
    targets = [name for name in opened.numeric if name in opened.usable]
    if not targets:
        raise TableError(
            f"'{opened.name}' has no column of numbers that changes. Add one to forecast."
        )
    close_run()
    st.session_state[SessionKey.TABLE] = opened
    choice = Choice(targets[0], tuple(opened.usable))
    if before is not None and before.target in targets:
        variables = tuple(name for name in before.variables if name in opened.usable)
        choice = replace(before, variables=variables or choice.variables)
    reset_choice(choice)
    for candidate in runs_on(opened):
        if candidate.has_model and not candidate.config.is_adopted and open_run(candidate):
            return


def choice() -> Choice:
    """Return the choice for the next training."""
    return cast("Choice", st.session_state[SessionKey.CHOICE])


def choose(chosen: Choice) -> None:
    """Set the choice; its widgets call this."""
    st.session_state[SessionKey.CHOICE] = chosen


def set_just_deleted(paths: list[Path]) -> None:
    """Store the folders of runs that were just deleted."""
    st.session_state[SessionKey.JUST_DELETED] = paths


def just_deleted() -> list[Path]:
    """Return the folders of runs that were just deleted and can still be restored."""
    return [path for path in st.session_state.get(SessionKey.JUST_DELETED, []) if path.exists()]


def set_notice(text: str) -> None:
    """Store a sentence that the next drawing of a page shows."""
    st.session_state[SessionKey.NOTICE] = text


def reset_choice(chosen: Choice) -> None:
    """Set the choice from elsewhere than its widgets, and the widgets with it."""
    st.session_state[SessionKey.CHOICE] = chosen
    st.session_state[SessionKey.REVISION] = revision() + 1


def revision() -> int:
    """Return how often `reset_choice` was called; a part of the widgets' keys."""
    return cast("int", st.session_state.get(SessionKey.REVISION, 0))


def take_notice() -> str | None:
    """Return the sentence of `set_notice`, once."""
    return cast("str | None", st.session_state.pop(SessionKey.NOTICE, None))


def set_default_values(values: Mapping[Key, object]) -> None:
    """Set the widgets of these keys that have no value yet."""
    for key, value in values.items():
        if key not in st.session_state:
            st.session_state[key] = value


def set_values(values: Mapping[Key, object]) -> None:
    """Set widgets by their keys, before they are drawn."""
    for key, value in values.items():
        st.session_state[key] = value


def upload(files: list[UploadedFile]) -> None:
    """Open uploaded files as one table, once; raise TableError on every call if they cannot be.

    Args:
        files: one, or several with the same columns.
    """
    state = st.session_state
    known = [file.file_id for file in files]
    if state.get(SessionKey.UPLOAD) != known:
        state[SessionKey.UPLOAD], state[SessionKey.UPLOAD_ERROR] = known, None
        try:
            open_files(Origin(tuple(files)), None)
        except ImvError as error:
            state[SessionKey.UPLOAD_ERROR] = str(error)
        else:
            redraw()
    if state[SessionKey.UPLOAD_ERROR] is not None:
        raise TableError(state[SessionKey.UPLOAD_ERROR])


def open_files(source: Origin, before: Choice | None) -> None:
    """Read files and open the table; ImvError where they cannot be used."""
    opened = source.read()
    open_table(opened, before)
    st.session_state[SessionKey.ORIGIN] = (opened.fingerprint, source)


def origin() -> Origin | None:
    """Return the files of the open table; None: it was not uploaded, or was resampled since."""
    return cast("Origin | None", _of_open_table(SessionKey.ORIGIN))


def open_resampled(step: str, summary: str) -> None:
    """Resample the open table to a coarser step; ImvError where that cannot be used."""
    fine = st.session_state[SessionKey.TABLE]
    coarse = resample(fine, step, summary)
    open_table(coarse, choice())
    st.session_state[SessionKey.FINER_TABLE] = (coarse.fingerprint, fine)


def finer_table() -> Table | None:
    """Return the table that the open one was resampled from; None: it was not resampled."""
    return cast("Table | None", _of_open_table(SessionKey.FINER_TABLE))


def _of_open_table(name: SessionKey) -> Any:
    """Return the value that is stored under a key, if it belongs to the open table."""
    fingerprint, value = st.session_state.get(name, (None, None))
    opened = table()
    return value if opened is not None and opened.fingerprint == fingerprint else None


def select_forecast(at: str | None, ahead: str | None = None) -> None:
    """Select the forecast that the page Explore shows.

    Args:
        at: time of its first step, as `dashboard.ui.times` writes it; None, or a time that
            does not exist: the last of the test part.
        ahead: step ahead, in digits; None: as before.
    """
    st.session_state[SessionKey.AT] = at
    if ahead is not None:
        st.session_state[SessionKey.AHEAD] = ahead


def selected_forecast() -> tuple[str | None, str]:
    """Return the arguments of `select_forecast`, unchecked: they may come from an address."""
    return st.session_state[SessionKey.AT], st.session_state.get(SessionKey.AHEAD, "1")


def set_address(**names: str) -> None:
    """Set values in the address, so that it opens the same view."""
    if any(st.query_params.get(key) != name for key, name in names.items()):
        st.query_params.update(names)


def address(key: str) -> str | None:
    """Return a value of the address."""
    return st.query_params.get(key)


def clicked_point(key: Key) -> Mapping[str, Any] | None:
    """Return the point of a figure that was just clicked; None: the click hit no point."""
    points = st.session_state[key].selection.points
    return points[0] if points else None


def put(key: Key, value: object) -> None:
    """Set a widget before it is drawn, or store a value for the next drawing of a page."""
    st.session_state[key] = value


def get(key: Key, default: Any = None) -> Any:
    """Return the value of a widget, or the value that `put` stored."""
    return st.session_state.get(key, default)
