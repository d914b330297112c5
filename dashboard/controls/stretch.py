"""Which stretch of time is drawn."""

from typing import Any

import pandas as pd
import streamlit as st

from dashboard.keys import Key


def choose_stretch(label: str, times: "pd.Index[Any]", key: Key, text: str) -> slice:
    """Let a stretch be chosen, as places in `times`; at first it is the whole.

    Args:
        label: of the slider.
        times: in order; at least two.
        key: of the slider.
        text: its help.
    """
    if isinstance(times, pd.DatetimeIndex):
        ends = (times[0].to_pydatetime(), times[-1].to_pydatetime())
        step = max(pd.Timedelta((times[-1] - times[0]) / 500), times[1] - times[0])
        options = {"step": step.to_pytimedelta(), "format": "YYYY-MM-DD HH:mm"}
    else:
        ends, options = (int(times[0]), int(times[-1])), {}
    first, last = st.slider(
        label, *ends, ends, key=key, persist_state="session", help=text, **options
    )
    if last == ends[1]:
        last = times[-1]  # the slider counts to microseconds
    begin, end = times.searchsorted(first), times.searchsorted(last, side="right")
    return slice(min(begin, len(times) - 2), max(end, begin + 2))
