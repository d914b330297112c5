"""Draw the page anew, from a place in it that has found the page out of date."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

import streamlit as st
from streamlit.navigation.page import Page as StreamlitPage
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dashboard import cache
from dashboard.keys import Key, Shared
from dashboard.paths import SHIPPED_RUN
from dashboard.run_catalogue import all_runs, runs_on
from dashboard.upload import Origin
from imv_core import ImvError, Settings, Table, TableError
from imv_core.runs.run import Run
from imv_core.tables.resampling import resample
from imv_core.windows.scaling import Fill


def redraw() -> NoReturn:
    """Run the page once more; what its visitor asked for meanwhile comes first.

    `st.rerun` alone would name this page in a request that has come but is not yet begun: a click
    on the link to another page would be lost. What is drawn gives way to such a request.
    """
    st.empty()
    st.rerun()


@dataclass(frozen=True)
class Choice:
    """What is to be forecast from what, how the rows are split, and what missing inputs take."""

    target: str
    variables: tuple[str, ...]
    train_share: float = Settings.train_share
    validation_share: float = Settings.validation_share
    fill: Fill = Settings.fill


def start(pages: dict[str, StreamlitPage]) -> None:
    """Open what the address names, else the sample with its shipped model; keep the address."""
    state = st.session_state
    state[Shared.PAGES] = pages
    if Shared.TABLE not in state:
        select_forecast(st.query_params.get("at"), st.query_params.get("ahead"))
        named = st.query_params.get("run")
        known = {run.path.name: run for run in all_runs()}  # an address never becomes a path
        state[Shared.TABLE] = state[Shared.RUN] = None
        for name in (named, SHIPPED_RUN.name):
            if state[Shared.TABLE] is None and name in known:
                open_run(known[name])
    current = state[Shared.RUN]
    if current is not None and not current.path.exists():  # somebody has deleted it
        close_run()
    elif current is not None:
        st.query_params["run"] = current.path.name


def link(name: str, text: str, icon: str = "") -> None:
    """Draw a link to another page; the text is Markdown."""
    page, icon = st.session_state[Shared.PAGES][name], f":material/{icon}:" if icon else ""
    st.page_link(page, label=text, icon=icon)


def table() -> Table | None:
    """The open table."""
    opened: Table | None = st.session_state[Shared.TABLE]
    return opened


def run() -> Run | None:
    """The open run, trained or in training; None: there is none for the open table yet."""
    opened: Run | None = st.session_state[Shared.RUN]
    return opened


def open_run(chosen: Run) -> bool:
    """Open a run together with its table; where it cannot be opened a notice says so."""
    try:
        opened = cache.table(chosen) if chosen.has_model else chosen.table
    except ImvError as error:
        set_notice(str(error))
        return False
    settings = chosen.config.settings
    st.session_state[Shared.RUN], st.session_state[Shared.TABLE] = chosen, opened
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
    """Take a run as it is now, where it is the open one."""
    current = run()
    if current is not None and current.path == changed.path:
        st.session_state[Shared.RUN] = changed


def close_run() -> None:
    """Leave the run; its table stays open."""
    st.session_state[Shared.RUN] = None
    st.query_params.pop("run", None)


def open_table(opened: Table, before: Choice | None = None) -> None:
    """Open a table with the newest model that was trained here on the same numbers.

    A model that came in a file is opened by whoever chooses it.

    Args:
        opened: the table.
        before: what was chosen of the same data in another form; it stays as far as it can.
    """
    targets = [name for name in opened.numeric if name in opened.usable]
    if not targets:
        raise TableError(
            f"'{opened.name}' has no column of numbers that changes. Add one to forecast."
        )
    close_run()
    st.session_state[Shared.TABLE] = opened
    choice = Choice(targets[0], tuple(opened.usable))
    if before is not None and before.target in targets:
        variables = tuple(name for name in before.variables if name in opened.usable)
        choice = replace(before, variables=variables or choice.variables)
    reset_choice(choice)
    for candidate in runs_on(opened):
        if candidate.has_model and not candidate.config.is_adopted and open_run(candidate):
            return


def choice() -> Choice:
    """What is to be trained."""
    chosen: Choice = st.session_state[Shared.CHOICE]
    return chosen


def choose(chosen: Choice) -> None:
    """Set what is to be trained."""
    st.session_state[Shared.CHOICE] = chosen


def set_just_deleted(paths: list[Path]) -> None:
    """The runs that were just deleted, where they are now."""
    st.session_state[Shared.JUST_DELETED] = paths


def just_deleted() -> list[Path]:
    """Those of `set_just_deleted` that can still be brought back."""
    return [path for path in st.session_state.get(Shared.JUST_DELETED, []) if path.exists()]


def set_notice(text: str) -> None:
    """Leave a sentence for the next page."""
    st.session_state[Shared.NOTICE] = text


def reset_choice(chosen: Choice) -> None:
    """Set what is to be trained, and let the widgets that ask for it begin from there."""
    st.session_state[Shared.CHOICE] = chosen
    st.session_state[Shared.REVISION] = revision() + 1


def revision() -> int:
    """How often a choice was set from elsewhere than its widgets; part of their keys."""
    count: int = st.session_state.get(Shared.REVISION, 0)
    return count


def take_notice() -> str | None:
    """A sentence left for the next page, once."""
    text: str | None = st.session_state.pop(Shared.NOTICE, None)
    return text


def set_default_values(values: Mapping[Key, object]) -> None:
    """Set the widgets of these keys that nobody has set yet."""
    for key, value in values.items():
        if key not in st.session_state:
            st.session_state[key] = value


def set_values(values: Mapping[Key, object]) -> None:
    """Set widgets by their keys, before they are drawn."""
    for key, value in values.items():
        st.session_state[key] = value


def upload(files: list[UploadedFile]) -> None:
    """Open uploaded files as one table, once; ImvError again and again where they cannot be used.

    Args:
        files: one, or several of the same columns.
    """
    state = st.session_state
    known = [file.file_id for file in files]
    if state.get(Shared.UPLOAD) != known:
        state[Shared.UPLOAD], state[Shared.UPLOAD_ERROR] = known, None
        try:
            open_files(Origin(tuple(files)), None)
        except ImvError as error:
            state[Shared.UPLOAD_ERROR] = str(error)
        else:
            redraw()
    if state[Shared.UPLOAD_ERROR] is not None:
        raise TableError(state[Shared.UPLOAD_ERROR])


def open_files(source: Origin, before: Choice | None) -> None:
    """Read files, this time otherwise, and open the table; ImvError where they cannot be used."""
    opened = source.read()
    open_table(opened, before)
    st.session_state[Shared.ORIGIN] = (opened.fingerprint, source)


def origin() -> Origin | None:
    """Where the open table was read from; None: it was not uploaded, or changed since."""
    known: Origin | None = _of_open_table(Shared.ORIGIN)
    return known


def open_resampled(step: str, summary: str) -> None:
    """Open the open table on a coarser step; ImvError where it cannot be used."""
    fine = st.session_state[Shared.TABLE]
    coarse = resample(fine, step, summary)
    open_table(coarse, choice())
    st.session_state[Shared.FINER_TABLE] = (coarse.fingerprint, fine)


def finer_table() -> Table | None:
    """The table that the open one was resampled from; None: it was not, or nobody knows."""
    known: Table | None = _of_open_table(Shared.FINER_TABLE)
    return known


def _of_open_table(name: Shared) -> Any:
    """What is remembered under a name, if it is about the open table."""
    fingerprint, value = st.session_state.get(name, (None, None))
    opened = table()
    return value if opened is not None and opened.fingerprint == fingerprint else None


def select_forecast(at: str | None, ahead: str | None = None) -> None:
    """Choose the forecast that the page Explore shows.

    Args:
        at: its first step, as `dashboard.ui.row_times` writes it; None, or a step that does not
            exist: the last of the test part.
        ahead: the step ahead that is looked at, in figures; None: as before.
    """
    st.session_state[Shared.AT] = at
    if ahead is not None:
        st.session_state[Shared.AHEAD] = ahead


def selected_forecast() -> tuple[str | None, str]:
    """What `explore` chose, as it was written: it may come from an address."""
    return st.session_state[Shared.AT], st.session_state.get(Shared.AHEAD, "1")


def set_address(**names: str) -> None:
    """Let the address reproduce what is seen."""
    if any(st.query_params.get(key) != name for key, name in names.items()):
        st.query_params.update(names)


def address(key: str) -> str | None:
    """What the address says of a key."""
    return st.query_params.get(key)


def clicked_point(key: Key) -> Mapping[str, Any] | None:
    """The point of a figure on which a visitor has just clicked; None: beside all of them."""
    points = st.session_state[key].selection.points
    return points[0] if points else None


def put(key: Key, value: object) -> None:
    """Set a widget before it is drawn, or keep a value from one run of a page to the next."""
    st.session_state[key] = value


def get(key: Key, otherwise: Any = None) -> Any:
    """What a widget was set to, or what was put there."""
    return st.session_state.get(key, otherwise)
