"""Windows by hour, weekday and month, where the times of a table can tell."""

from typing import Any

import pandas as pd

DAY = pd.Timedelta(days=1)
HOURS = [f"{hour:02}:00" for hour in range(24)]
WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def calendar_groups(times: "pd.Index[Any]") -> "dict[str, pd.Categorical[str]]":
    """Ways to group times: "hour", "weekday" and "month", each where it tells anything.

    Hours need steps below a day, weekdays steps up to a day, and months steps up to a month; and a
    grouping needs two groups at least.
    """
    if not isinstance(times, pd.DatetimeIndex) or len(times) < 2:
        return {}
    step = pd.Series(times).diff().median()
    places = {
        "hour": (step < DAY, times.hour, HOURS),
        "weekday": (step <= DAY, times.day_of_week, WEEKDAYS),
        "month": (step <= 31 * DAY, times.month - 1, MONTHS),
    }
    return {
        name: pd.Categorical.from_codes(codes, pd.Index(labels), ordered=True)
        for name, (is_told, codes, labels) in places.items()
        if is_told and codes.nunique() > 1
    }
