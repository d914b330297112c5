"""Group times by hour, weekday or month."""

from typing import Any

import pandas as pd

DAY = pd.Timedelta(days=1)
HOURS = [f"{hour:02}:00" for hour in range(24)]
WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def calendar_groups(times: "pd.Index[Any]") -> "dict[str, pd.Categorical[str]]":
    """Return the group of each time, by "hour", "weekday" and "month", where these differ.

    Hours need steps below a day, weekdays steps up to a day, and months steps up to a month; and
    there must be at least two groups.
    """
    if not isinstance(times, pd.DatetimeIndex) or len(times) < 2:
        return {}
    step = pd.Series(times).diff().median()
    ways = {
        "hour": (step < DAY, times.hour, HOURS),
        "weekday": (step <= DAY, times.day_of_week, WEEKDAYS),
        "month": (step <= 31 * DAY, times.month - 1, MONTHS),
    }
    return {
        name: pd.Categorical.from_codes(codes, pd.Index(labels), ordered=True)
        for name, (is_fine_enough, codes, labels) in ways.items()
        if is_fine_enough and codes.nunique() > 1
    }
