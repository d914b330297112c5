"""What to forecast from what, and where the rows are split."""

from dataclasses import replace

import streamlit as st

from dashboard import cached, state
from dashboard.keys import Keys
from dashboard.state import Choice
from dashboard.words import plain
from imv_core import Table


def choose_columns(table: Table) -> None:
    """Target and variables; remembered for the page Train."""
    now, key = state.choice(), state.revision()
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
            help="Most series are forecast best from their own last values. Without them, the "
            "forecast and its explanation rest on the other variables alone.",
        )
    others = [name for name in table.frame.columns if name != target]
    with right:
        known = set(now.variables) | ({now.target} if target != now.target else set())
        variables = st.multiselect(
            "Variables: what it is forecast from, beside its own past",
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
            st.caption(f"{len(variables)} of {len(others)} are chosen.")
    state.choose(choice)
    if not chosen:
        st.warning("Choose at least one variable, or the target's own past.")
    _suspects(table, choice)


def _in_order(chosen: set[str], now: Choice, table: Table) -> tuple[str, ...]:
    """As they stand in the table, or as they were asked for where they are the same."""
    if chosen == set(now.variables):
        return now.variables
    return tuple(name for name in table.frame.columns if name in chosen)


def _preset(label: str, table: Table, choice: Choice, names: set[str]) -> None:
    """A button that chooses some variables at once."""
    variables = tuple(name for name in table.frame.columns if name in names)
    st.button(
        label,
        on_click=state.choose_anew,
        args=(replace(choice, variables=variables),),
        key=Keys.DATA(label),
    )


def _suspects(table: Table, choice: Choice) -> None:
    """Chosen columns that may tell more than was known at their time."""
    for place, finding in enumerate(cached.suspects(table, choice.target)):
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
                on_click=state.choose_anew,
                args=(replace(choice, variables=rest),),
                key=Keys.DATA("leave-out", place),
                icon=":material/block:",
                width="stretch",
            )


def choose_split() -> Choice:
    """Where the training, validation and test parts meet; remembered for the page Train."""
    now = state.choice()
    first, second = st.slider(
        "Training part, validation part, test part (% of the rows, in time)",
        1,
        99,
        (round(now.train_share * 100), round((now.train_share + now.validation_share) * 100)),
        key=Keys.DATA("split", state.revision()),
        persist_state="session",
        help="The weights are learnt from the training part; the validation part chooses the "
        "best epoch and sets the intervals; the test part is kept for scoring.",
    )
    if first == second:
        st.warning("Leave some rows between the two ends of the slider for the validation part.")
        return now
    chosen = replace(
        now, train_share=first / 100, validation_share=round((second - first) / 100, 4)
    )
    state.choose(chosen)
    return chosen
