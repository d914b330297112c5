"""Choices that several pages offer: subject, measure of lags, variables, range of time."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import session
from dashboard.session_keys import Key, Keys
from dashboard.ui.times import RowTime
from imv_core.faithfulness.check import Verdict
from imv_core.faithfulness.report import TrustReport
from imv_core.windows.scaling import Scaling

SUBJECTS = {"forecast": "Of the forecast", "change": "Of the change"}
SUBJECT, SUBJECT_SWITCH = Keys.SHARED("explained-chosen"), Keys.SHARED("explained")


def choose_subject(scaling: Scaling) -> str:
    """Offer the subjects of an explanation, and return the chosen key of `SUBJECTS`.

    Nothing is offered where the last value is no input: both subjects are then the same.
    """
    if scaling.anchor is None:
        return "forecast"
    now = session.get(SUBJECT, "forecast")
    session.put(SUBJECT_SWITCH, now)
    chosen = st.segmented_control(
        "Explanation",
        SUBJECTS,
        required=True,
        format_func=SUBJECTS.__getitem__,
        help="This model forecasts the change of the target and adds it to the last value. "
        "**Of the forecast** counts that last value as the target's own past at lag 1. **Of the "
        "change** leaves it out and shows what moves the forecast away from the last value.",
        key=SUBJECT_SWITCH,
        on_change=lambda: session.put(SUBJECT, session.get(SUBJECT_SWITCH)),
    )
    return chosen or now


LAG_MEASURE, LAG_MEASURE_SWITCH = Keys.SHARED("lags-chosen"), Keys.SHARED("lags-by")
LAG_MEASURES = {"attention": "Attention", "attribution": "Attribution"}
MEANINGS = {
    "Attention": "**Attention** is the weight that the network gives to each lag.",
    "Importance": "**Importance** of a lag is what the lag adds to the forecast.",
}


def lag_measure(trust: TrustReport | None) -> str:
    """Return the chosen key of `LAG_MEASURES`.

    The default is attention, or attribution where the lags failed their check.
    """
    return session.get(LAG_MEASURE) or ("attribution" if _lags_failed(trust) else "attention")


def keep_lag_measure(measure: str) -> None:
    """Keep the choice for all pages and models of the session."""
    session.put(LAG_MEASURE, measure)


def choose_lag_measure(trust: TrustReport | None, are_attention: bool) -> str:
    """Offer the measures of lags, and return the chosen one.

    Args:
        trust: checks of the model, which measure attribution; None: not run yet.
        are_attention: importance is shared out to lags by attention alone.
    """
    own = "Attention" if are_attention else "Importance"
    labels = {**LAG_MEASURES, "attention": own}
    session.put(LAG_MEASURE_SWITCH, "attention" if trust is None else lag_measure(trust))
    measure = st.segmented_control(
        "Measure lags by",
        LAG_MEASURES,
        format_func=labels.__getitem__,
        required=True,
        disabled=trust is None,
        help=f"{MEANINGS[own]} **Attribution** is how far the forecast moves when the value at "
        "that lag is replaced. The checks of a model measure it.",
        key=LAG_MEASURE_SWITCH,
        on_change=lambda: keep_lag_measure(session.get(LAG_MEASURE_SWITCH)),
    )
    if trust is None:
        st.caption("Attribution is measured by the checks, which have not been run yet.")
    elif _lags_failed(trust):
        st.caption(f"{own} of this model failed the check of its lags.")
    return measure or lag_measure(trust)


def _lags_failed(trust: TrustReport | None) -> bool:
    checks = () if trust is None else trust.checks
    return any(check.name == "lags" and check.verdict == Verdict.FAIL for check in checks)


ORDERS = {"importance": "by importance", "table": "as in the data", "name": "by name"}
FEW = 12  # variables; as many are always shown
MOST_AT_FIRST = 15


@dataclass(frozen=True)
class Selection:
    """The variables to show, of many.

    Args:
        most: how many, the most important ones.
        order: a key of `ORDERS`.
        search: show only names that contain this text, in whatever case.
    """

    most: int
    order: str = "importance"
    search: str = ""

    def names(self, importance: "pd.Series[float]") -> list[str]:
        """Return the names to show, in order.

        Args:
            importance: of all variables, in the order of the data.
        """
        found = [n for n in importance.index if self.search.casefold() in str(n).casefold()]
        top = importance[found].nlargest(self.most).index
        if self.order == "importance":
            return list(top)
        shown = [name for name in found if name in top]
        return sorted(shown, key=str.casefold) if self.order == "name" else shown


def choose_selection(variables: int) -> Selection:
    """Offer the order of variables; where there are many, also their number and a filter."""
    columns = st.columns(3 if variables > FEW else 1, vertical_alignment="bottom")
    order = columns[0].selectbox(
        "Order of variables",
        ORDERS,
        format_func=ORDERS.__getitem__,
        key=Keys.SHARED("order"),
        persist_state="session",
    )
    if variables <= FEW:
        return Selection(variables, order)
    most = columns[1].number_input(
        f"How many of {variables}",
        1,
        variables,
        min(MOST_AT_FIRST, variables),
        key=Keys.SHARED("most-of", variables),
        persist_state="session",
    )
    search = columns[2].text_input(
        "Filter by name",
        placeholder="part of a name",
        key=Keys.SHARED("search"),
        persist_state="session",
    )
    return Selection(most, order, search)


def choose_range(label: str, times: "pd.Index[Any]", key: Key, text: str) -> slice:
    """Offer a range of times, at first the whole, and return its positions in `times`.

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
    """Return the positions from first to last, both included; at least two."""
    begin, end = times.searchsorted(first), times.searchsorted(last, side="right")
    return slice(min(begin, len(times) - 2), max(end, begin + 2))
