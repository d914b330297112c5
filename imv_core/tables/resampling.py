"""Resample a table to a coarser step."""

from typing import Any

import pandas as pd
from pandas.tseries.frequencies import to_offset

from imv_core.errors import TableError
from imv_core.tables.findings import FindingKind, resampled
from imv_core.tables.frequency import DAY, describe_unit
from imv_core.tables.quality import check_quality
from imv_core.tables.table import Table

FEWEST_ROWS = 100  # after resampling
SUMMARIES = ("mean", "sum", "last", "min", "max")
CLOCK = ["s", "10s", "30s", "min", "5min", "10min", "15min", "30min"]
CLOCK += ["h", "2h", "3h", "6h", "12h"]
CALENDAR = {"W-MON": 7, "MS": 30.44, "QS-JAN": 91.3, "YS-JAN": 365.25}  # about, in days
OUTDATED = {  # findings that no longer hold
    FindingKind.STEP,
    FindingKind.GAPS,
    FindingKind.MISSING,
    FindingKind.CONSTANT,
    FindingKind.COPIES,
}


def coarser_steps(table: Table) -> list[str]:
    """Return pandas' names of the coarser steps that leave enough rows, the finest first."""
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
    longer = 1 if within_a_day else 2.5  # a month is not a whole number of weeks
    lengths |= {name: days * DAY for name, days in CALENDAR.items()}
    steps += [
        name
        for name in CALENDAR
        if lengths[name] > longer * step and (within_a_day or name != "W-MON")
    ]
    return [name for name in steps if span / lengths[name] >= FEWEST_ROWS]


def resample(table: Table, step: str, summary: str = "mean") -> Table:
    """Resample a table to a coarser step.

    Each new row covers the period that begins at its time. Numbers become the mean, sum, last,
    lowest or highest of the known values, labels the last; a period without a value is missing.
    Periods at the ends that the rows do not cover completely are left out.

    Args:
        table: with times.
        step: pandas' name of the step, one of `coarser_steps(table)`.
        summary: "mean", "sum", "last", "min" or "max".

    Raises:
        TableError: the step or the summary is none of these.

    >>> from imv_core import read_table
    >>> hours = pd.date_range("2024-01-01", periods=2400, freq="h", name="time")
    >>> frame = pd.DataFrame({"load": range(2400), "wind": [3.0, 5.0] * 1200}, index=hours)
    >>> coarse = resample(read_table(frame + 2.0, name="mine"), "12h")
    >>> coarse.name, coarse.frame.shape, float(coarse.frame["load"].iloc[0])
    ('mine, mean of each 12 hours', (200, 2), 7.5)
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
    frame = frame.iloc[_covered(table, frame.index, step)].rename_axis(index="time")
    rows, unit = (len(table.frame), len(frame)), describe_unit(step)
    findings = [f for f in table.findings if f.kind not in OUTDATED]
    findings += [resampled(rows, unit, summary, bool(table.categorical)), *check_quality(frame)]
    return Table(f"{table.name}, {summary} of each {unit}", frame, step, tuple(findings))


def _step(table: Table) -> pd.Timedelta:
    """Return the usual distance between two rows."""
    return pd.Timedelta(pd.Series(table.frame.index).diff().median())


def _covered(table: Table, starts: "pd.Index[Any]", step: str) -> slice:
    """Return the periods that the rows cover from beginning to end."""
    first, last = table.frame.index[0], table.frame.index[-1]
    end_of_rows = last + (to_offset(table.freq) if table.freq else _step(table))
    end = starts[-1] + to_offset(step)
    return slice(int(starts[0] < first), len(starts) - int(end_of_rows < end))
