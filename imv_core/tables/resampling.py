"""Fewer rows, further apart: a table on a coarser step."""

from typing import Any

import pandas as pd
from pandas.tseries.frequencies import to_offset

from imv_core.errors import TableError
from imv_core.tables.columns import inspect_columns
from imv_core.tables.findings import Finding, counted
from imv_core.tables.frequency import describe_step
from imv_core.tables.table import Table

FEWEST_ROWS = 100  # that a coarser step leaves
SUMMARIES = ("mean", "sum", "last", "min", "max")
DAY = pd.Timedelta(days=1)
CLOCK = ["s", "10s", "30s", "min", "5min", "10min", "15min", "30min"]
CLOCK += ["h", "2h", "3h", "6h", "12h"]
CALENDAR = {"W-MON": 7, "MS": 30.44, "QS-JAN": 91.3, "YS-JAN": 365.25}  # days, about
STALE = ("step", "gaps", "missing", "constant", "copies")  # findings that no longer hold


def coarser_steps(table: Table) -> list[str]:
    """Pandas' names of the coarser steps that leave enough rows, the finest first."""
    index = table.frame.index
    if not isinstance(index, pd.DatetimeIndex):
        return []
    step, span = _step(table), index[-1] - index[0]
    lengths = {
        name: pd.to_timedelta(name if name[0].isdigit() else f"1{name}") for name in CLOCK
    } | {"D": DAY}
    steps = [
        name
        for name, length in lengths.items()
        if length > step and (table.freq is None or length % step == pd.Timedelta(0))
    ]
    within_a_day = step < DAY or step == DAY
    longer = 1 if within_a_day else 2.5  # months are no whole number of weeks
    lengths |= {name: days * DAY for name, days in CALENDAR.items()}
    steps += [
        name
        for name in CALENDAR
        if lengths[name] > longer * step and (within_a_day or name != "W-MON")
    ]
    return [name for name in steps if span / lengths[name] >= FEWEST_ROWS]


def resample(table: Table, step: str, summary: str = "mean") -> Table:
    """Bring a table to a coarser step.

    Each row stands for the stretch that begins at its time. Numbers become their mean, sum, last,
    lowest or highest known value, labels the last; a stretch without a value is missing.
    Stretches at the ends that the rows do not fill are left out.

    Args:
        table: with times.
        step: pandas' name of it, one of `coarser_steps(table)`.
        summary: "mean", "sum", "last", "min" or "max".

    Raises:
        TableError: the step or the summary is none of these.
    """
    if summary not in SUMMARIES:
        raise TableError(f"'{summary}' is no summary. Choose {', '.join(SUMMARIES)}.")
    possible = coarser_steps(table)
    if step not in possible:
        choose = f"Choose one of {', '.join(possible)}." if possible else "It has too few rows."
        raise TableError(f"{table.name} cannot be resampled to '{step}'. {choose}")
    bins = table.frame.resample(step, closed="left", label="left")
    options = {"min_count": 1} if summary == "sum" else {}
    numbers = getattr(bins[table.numeric], summary)(**options)
    labels = bins[table.categorical].last()
    frame = pd.concat([numbers, labels], axis=1)[list(table.frame.columns)]
    frame = frame.iloc[_full(table, frame.index, step)].rename_axis(index="time")
    how = {"last": "last known value", "min": "lowest", "max": "highest"}.get(summary, summary)
    text = (
        f"{counted(len(table.frame), 'row')} were brought to {counted(len(frame), 'row')}, one for "
        f"each {describe_step(step).removeprefix('1 ')}: the {how} of numbers"
        f"{', the last of labels' if table.categorical else ''}. "
        "Stretches at the ends that are not full were left out."
    )
    findings = [f for f in table.findings if f.kind not in STALE]
    findings += [Finding("resampled", (), text), *inspect_columns(frame)]
    name = f"{table.name}, {summary} of each {describe_step(step).removeprefix('1 ')}"
    return Table(name, frame, step, tuple(findings))


def _step(table: Table) -> pd.Timedelta:
    """The usual distance between two rows."""
    return pd.Timedelta(pd.Series(table.frame.index).diff().median())


def _full(table: Table, starts: "pd.Index[Any]", step: str) -> slice:
    """The stretches that the rows fill from their beginning to their end."""
    first, last = table.frame.index[0], table.frame.index[-1]
    behind = last + (to_offset(table.freq) if table.freq else _step(table))
    end = starts[-1] + to_offset(step)
    return slice(int(starts[0] < first), len(starts) - int(behind < end))
