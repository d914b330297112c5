"""Choices of the page Data: the source, the treatment of findings, the columns, the split."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import streamlit as st

from dashboard import cache, session
from dashboard.paths import SAMPLES
from dashboard.session import Choice, redraw
from dashboard.session_keys import Keys
from dashboard.upload import Origin
from dashboard.wording import plain, sentence
from imv_core import ImvError, Settings, Table
from imv_core.tables.frequency import describe_unit
from imv_core.tables.resampling import SUMMARIES, coarser_steps
from imv_core.training.declaration import declared
from imv_core.windows.scaling import Fill


def choose_source() -> None:
    """Offer the samples and an upload, and open what is chosen."""
    with st.container(key="beside-sources"):
        left, right = st.columns(2, gap="large")
    with left:
        files = st.file_uploader(
            "Upload CSV, TSV, Excel or Parquet, also compressed (gz, xz, zip). Several files with "
            "the same columns become one table",
            accept_multiple_files=True,
            help="The separator, encoding, decimal comma, sheet and time column are detected and "
            "shown below.",
            key=Keys.DATA("files"),
        )
        if files:
            try:
                session.upload(files)
            except ImvError as error:
                st.error(sentence(error))
                if len(files) > 1:
                    st.caption("To open one file alone, remove the others from the list above.")
    with right:
        st.markdown("or open a sample")
        for name, path in SAMPLES.items():
            if st.button(name, icon=":material/database:", width="stretch"):
                session.open_table(cache.sample(path))
                redraw()


REPEATED = {"last": "keep the last", "first": "keep the first", "mean": "take their mean"}
FILL = declared(Settings)["fill"]


def treatment_of(kind: str, table: Table) -> Callable[[], None] | None:
    """Return the function that offers the treatment of a kind of finding; None: there is none."""
    origin, fine = session.origin(), session.finer_table()
    if kind == "format" and origin is not None and len(origin.sheets) > 1:
        return partial(_choose_sheet, origin)
    if kind == "duplicates" and origin is not None:
        return partial(_choose_repeated, origin)
    is_missing = any(finding.kind == "missing" for finding in table.findings)
    if kind == "missing" or (kind == "gaps" and not is_missing):
        return _choose_fill
    if kind == "step" and (steps := coarser_steps(table)):
        return partial(_choose_step, steps)
    if kind == "resampled" and fine is not None:
        return partial(_undo_resampling, fine)
    return None


def _read_again(origin: Origin) -> None:
    try:
        session.open_files(origin, session.choice())
    except ImvError as error:
        st.error(sentence(error))
    else:
        redraw()


def _undo_resampling(fine: Table) -> None:
    if st.button("Undo the resampling", icon=":material/undo:", width="stretch"):
        session.open_table(fine, session.choice())
        redraw()


def _choose_sheet(origin: Origin) -> None:
    sheets = origin.sheets
    sheet = st.selectbox(
        "Sheet",
        sheets,
        index=sheets.index(origin.sheet) if origin.sheet else None,
        placeholder="the first with a table",
        key=Keys.DATA("sheet", session.revision()),
    )
    if sheet is not None and sheet != origin.sheet:
        _read_again(replace(origin, sheet=sheet))


def _choose_repeated(origin: Origin) -> None:
    repeated = st.selectbox(
        "Rows with the same time",
        list(REPEATED),
        index=list(REPEATED).index(origin.repeated),
        format_func=REPEATED.__getitem__,
        key=Keys.DATA("repeated", session.revision()),
    )
    if repeated != origin.repeated:
        _read_again(replace(origin, repeated=repeated))


def _choose_fill() -> None:
    now = session.choice()
    fill = st.selectbox(
        FILL.about.label,
        list(FILL.words),
        index=list(FILL.words).index(now.fill),
        format_func=FILL.written,
        key=Keys.DATA("fill", session.revision()),
        help="The model keeps this choice. A missing value of the target is never used to learn "
        "from or to score a forecast. Interpolation is not offered, because it would use the next "
        "value, which is not known yet.",
    )
    if fill != now.fill:
        session.choose(replace(now, fill=Fill(fill)))


def _choose_step(steps: list[str]) -> None:
    with st.popover("Resample", icon=":material/compress:", width="stretch"):
        step = st.selectbox(
            "One row per",
            steps,
            format_func=describe_unit,
            key=Keys.DATA("step", session.revision()),
            persist_state="session",
            help="Only steps that leave at least 100 rows.",
        )
        summary = st.selectbox(
            "Combine numbers by",
            SUMMARIES,
            key=Keys.DATA("summary", session.revision()),
            persist_state="session",
            help="Of the known values in each new step; text keeps its last value. A step without "
            "a value is missing. Incomplete steps at both ends are left out.",
        )
        if st.button("Resample the table", type="primary"):
            try:
                session.open_resampled(step, summary)
            except ImvError as error:
                st.error(sentence(error))
            else:
                redraw()


def choose_columns(table: Table) -> None:
    """Offer the target and the variables, and keep the choice for the page Train."""
    now, key = session.choice(), session.revision()
    with st.container(key="beside-columns"):
        left, right = st.columns([1, 2], gap="large")
    with left:
        target = st.selectbox(
            "Target: the column to forecast",
            table.numeric,
            index=table.numeric.index(now.target),
            key=Keys.DATA("target", key),
        )
        own_past = st.toggle(
            "Use the target's own past too",
            value=now.target in now.variables,
            key=Keys.DATA("own-past", key),
            help="Most series are forecast best from their own last values. Without these, the "
            "forecast and its explanation use the other variables alone.",
        )
    others = [name for name in table.frame.columns if name != target]
    with right:
        known = set(now.variables) | ({now.target} if target != now.target else set())
        variables = st.multiselect(
            "Variables: the inputs, besides the target's own past",
            others,
            default=[name for name in others if name in known],
            key=Keys.DATA("variables", key, table.numeric.index(target)),
        )
        chosen = {*variables, target} if own_past else set(variables)
        choice = replace(now, target=target, variables=_in_order(chosen, now, table))
        with st.container(horizontal=True, vertical_alignment="center"):
            _preset(
                "All", table, choice, {name for name in table.usable if name != target} | chosen
            )
            _preset("None", table, choice, chosen & {target})
            st.caption(f"{len(variables)} of {len(others)} variables are chosen.")
    session.choose(choice)
    if not chosen:
        st.warning("Choose at least one variable, or the target's own past.")
    _warn_of_suspects(table, choice)


def _in_order(chosen: set[str], now: Choice, table: Table) -> tuple[str, ...]:
    """Return the chosen variables in the order of the table; unchanged if they are the same."""
    if chosen == set(now.variables):
        return now.variables
    return tuple(name for name in table.frame.columns if name in chosen)


def _preset(label: str, table: Table, choice: Choice, names: set[str]) -> None:
    """Show a button that chooses several variables at once."""
    variables = tuple(name for name in table.frame.columns if name in names)
    st.button(
        label,
        on_click=session.reset_choice,
        args=(replace(choice, variables=variables),),
        key=Keys.DATA(label),
    )


def _warn_of_suspects(table: Table, choice: Choice) -> None:
    """Warn of chosen columns that may contain the future of the target."""
    for place, finding in enumerate(cache.suspects(table, choice.target)):
        is_target = finding.columns == (choice.target,)
        if not is_target and set(finding.columns).isdisjoint(choice.variables):
            continue
        with st.container(key=f"beside-suspect-{place}"):
            left, right = st.columns([4, 1], gap="medium", vertical_alignment="center")
        left.warning(plain(finding.text, longest=900), icon=":material/visibility:")
        rest = tuple(v for v in choice.variables if v not in finding.columns)
        if rest and not is_target:
            right.button(
                "Leave it out" if len(finding.columns) == 1 else "Leave them out",
                on_click=session.reset_choice,
                args=(replace(choice, variables=rest),),
                key=Keys.DATA("leave-out", place),
                icon=":material/block:",
                width="stretch",
            )


def choose_split() -> Choice:
    """Offer the split into parts, and keep the choice for the page Train."""
    now = session.choice()
    first, second = st.slider(
        "Training part, validation part, test part (% of the rows, in time order)",
        1,
        99,
        (round(now.train_share * 100), round((now.train_share + now.validation_share) * 100)),
        key=Keys.DATA("split", session.revision()),
        persist_state="session",
        help="The model learns its weights from the training part. The validation part chooses "
        "the best epoch and sets the intervals. The test part is used for the scores alone.",
    )
    if first == second:
        st.warning("Leave some rows between the two ends of the slider for the validation part.")
        return now
    chosen = replace(
        now, train_share=first / 100, validation_share=round((second - first) / 100, 4)
    )
    session.choose(chosen)
    return chosen
