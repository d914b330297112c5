"""Which stretch of time is drawn."""

from typing import Any

import pandas as pd
import streamlit as st

from dashboard.keys import Key
from dashboard.stamps import Stamp


def choose_stretch(label: str, times: "pd.Index[Any]", key: Key, text: str) -> slice:
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


def _between(times: "pd.Index[Any]", first: Stamp, last: Stamp) -> slice:
    """The places of a stretch, both ends among them; two at least."""
    begin, end = times.searchsorted(first), times.searchsorted(last, side="right")
    return slice(min(begin, len(times) - 2), max(end, begin + 2))
