"""What is explained: the forecast or its change, one choice for the pages Explain and Explore."""

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import session
from dashboard.keys import Key, Keys
from dashboard.ui.row_times import RowTime
from dashboard.ui.selection import ORDERS, Selection
from imv_core.faithfulness.report import TrustReport
from imv_core.windows.scaling import Scaling

SUBJECTS = {"forecast": "Of the forecast", "change": "Of the change"}
EXPLAINED, EXPLAINED_SWITCH = Keys.SHARED("explained-chosen"), Keys.SHARED("explained")


def choose_subject(scaling: Scaling) -> str:
    """Ask, where the last value counts as an input: else both are the same."""
    if scaling.anchor is None:
        return "forecast"
    now = session.get(EXPLAINED, "forecast")
    session.put(EXPLAINED_SWITCH, now)
    chosen = st.segmented_control(
        "Explanation",
        SUBJECTS,
        required=True,
        format_func=SUBJECTS.__getitem__,
        help="This model forecasts the change of the target and adds it to the last value. Of the "
        "forecast, that value counts as the target's own past at lag 1. Of the change, it is left "
        "out: what moves the forecast from there?",
        key=EXPLAINED_SWITCH,
        on_change=lambda: session.put(EXPLAINED, session.get(EXPLAINED_SWITCH)),
    )
    return chosen or now


LAGS_BY, LAGS_SWITCH = Keys.SHARED("lags-chosen"), Keys.SHARED("lags-by")
MEANINGS = {
    "Attention": "Attention is what the network gives each lag.",
    "Importance": "Importance is shared out to lags by what each adds to the forecast.",
}
LAG_MEASURES = {"attention": "Attention", "attribution": "Attribution"}


def lag_measure(trust: TrustReport | None) -> str:
    """Return the chosen key of `LAG_MEASURES`.

    The default is attention, or attribution where the lags failed their check.
    """
    return session.get(LAGS_BY) or ("attribution" if _failed(trust) else "attention")


def keep_lag_measure(way: str) -> None:
    """Keep a choice for all pages and models of the session."""
    session.put(LAGS_BY, way)


def choose_lag_measure(trust: TrustReport | None, are_attention: bool) -> str:
    """Ask; before a model is checked there is no attribution.

    Args:
        trust: the checks of the model; None: they have not been run.
        are_attention: importance is shared out to lags by attention alone.
    """
    own = "Attention" if are_attention else "Importance"
    words = {**LAG_MEASURES, "attention": own}
    session.put(LAGS_SWITCH, "attention" if trust is None else lag_measure(trust))
    way = st.segmented_control(
        "Lags by",
        LAG_MEASURES,
        format_func=words.__getitem__,
        required=True,
        disabled=trust is None,
        help=f"{MEANINGS[own]} Attribution is how far the forecast moves when the value at that "
        "lag is another: it is measured by the checks of a model.",
        key=LAGS_SWITCH,
        on_change=lambda: keep_lag_measure(session.get(LAGS_SWITCH)),
    )
    if trust is None:
        st.caption("Attribution is measured by the checks, and they have not been run yet.")
    elif _failed(trust):
        st.caption(f"{own} of this model failed the check of its lags.")
    return way or lag_measure(trust)


def _failed(trust: TrustReport | None) -> bool:
    checks = () if trust is None else trust.checks
    return any(check.name == "lags" and check.verdict == "fail" for check in checks)


FEW = 12  # as many are always shown
AT_FIRST = 15


def choose_selection(variables: int) -> Selection:
    """Ask for the order, and of many variables for how many and which."""
    places = st.columns(3 if variables > FEW else 1, vertical_alignment="bottom")
    order = places[0].selectbox(
        "Variables",
        ORDERS,
        format_func=ORDERS.__getitem__,
        key=Keys.SHARED("order"),
        persist_state="session",
    )
    if variables <= FEW:
        return Selection(variables, order)
    most = places[1].number_input(
        f"How many of {variables}",
        1,
        variables,
        min(AT_FIRST, variables),
        key=Keys.SHARED("most-of", variables),
        persist_state="session",
    )
    search = places[2].text_input(
        "Names that hold",
        placeholder="any text",
        key=Keys.SHARED("search"),
        persist_state="session",
    )
    return Selection(most, order, search)


def choose_range(label: str, times: "pd.Index[Any]", key: Key, text: str) -> slice:
    """Let a stretch be chosen, as places in `times`; at first it is the whole.

    Args:
        label: of the slider.
        times: in order; at least two.
        key: of the slider.
        text: its help.
    """
    if isinstance(times, pd.DatetimeIndex):
        early, late = times[0].to_pydatetime(), times[-1].to_pydatetime()
        step = max(pd.Timedelta((times[-1] - times[0]) / 500), times[1] - times[0])
        since, until = st.slider(
            label,
            early,
            late,
            (early, late),
            step=step.to_pytimedelta(),
            format="YYYY-MM-DD HH:mm",
            key=key,
            persist_state="session",
            help=text,
        )
        # the slider counts to microseconds
        end = times[-1] if until == late else pd.Timestamp(until)
        return _between(times, pd.Timestamp(since), end)
    low, high = int(times[0]), int(times[-1])
    ends = (low, high)
    first, last = st.slider(label, *ends, ends, key=key, persist_state="session", help=text)
    return _between(times, first, last)


def _between(times: "pd.Index[Any]", first: RowTime, last: RowTime) -> slice:
    """The places of a stretch, both ends among them; two at least."""
    begin, end = times.searchsorted(first), times.searchsorted(last, side="right")
    return slice(min(begin, len(times) - 2), max(end, begin + 2))
