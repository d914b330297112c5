"""Find the columns that give the time of each row, and read them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from imv_core.errors import TableError
from imv_core.phrases import listed
from imv_core.tables.findings import NO_TIME, Finding, time_source
from imv_core.tables.raw_table import RawTable
from imv_core.tables.timestamps import Reading, read_stamps

NAMES = (
    "datetime",
    "timestamp",
    "date time",
    "date",
    "time",
    "zeitstempel",
    "zeitpunkt",
    "datum",
    "zeit",
    "fecha",
    "ds",
    "ts",
)
"""Names of time columns, the likeliest first."""

PARTS = {
    "year": ({"year", "yr", "jahr"}, 1000, 3000),
    "month": ({"month", "mnth", "monat"}, 1, 12),
    "day": ({"day", "tag"}, 1, 31),
    "hour": ({"hour", "hr", "stunde"}, 0, 24),
    "minute": ({"minute"}, 0, 59),
    "second": ({"second"}, 0, 59),
}
"""Parts of a time: names of their columns, least and greatest value."""
CLOCK = r"(\d{1,2})[:.]([0-5]\d)(?:[:.]([0-5]\d(?:\.\d+)?))?$"
YEARS = (1, 9000)
"""Python's dates end with the year 9999, and forecasts reach beyond the last row."""


@dataclass(frozen=True)
class Timeline:
    """The time of each row, in the order of the file.

    Attributes:
        stamps: the times; None: the table has none.
        columns: that they were read from.
        findings: one about where they come from.
    """

    stamps: pd.DatetimeIndex | None
    columns: tuple[str, ...]
    findings: tuple[Finding, ...]


def find_time(raw: RawTable, column: str | None = None) -> Timeline:
    """Find the time of each row.

    Args:
        raw: cells of the file.
        column: with the times; None finds it.

    Raises:
        TableError: the column holds no times, or one of its cells is no time or lies beyond the
            calendar.
    """
    try:
        return _find_time(raw, column)
    except (OverflowError, pd.errors.OutOfBoundsDatetime, pd.errors.OutOfBoundsTimedelta):
        raise _beyond(raw.name) from None


def _beyond(name: str) -> TableError:
    first, last = YEARS
    return TableError(
        f"'{name}' has times beyond the years {first} to {last}. Correct them, or remove their "
        "rows."
    )


def _find_time(raw: RawTable, column: str | None) -> Timeline:
    if column is not None:
        if column not in raw.frame:
            raise TableError(f"There is no column '{column}'. Choose {listed(raw.frame.columns)}.")
        reading = read_stamps(raw.frame[column], named=True)
        if reading is None:
            raise TableError(f"Column '{column}' holds no times. Choose another time column.")
        return _from_column(raw, column, reading)
    if raw.stamps is not None:
        reading = read_stamps(raw.stamps.to_series(), named=True)
        assert reading is not None  # of times there is always one
        return _timeline(raw, reading.stamps, (), reading)
    return (
        _from_named_column(raw)
        or _from_parts(raw)
        or _from_any_text(raw)
        or Timeline(None, (), (NO_TIME,))
    )


def _timeline(
    raw: RawTable,
    series: "pd.Series[Any]",
    columns: tuple[str, ...],
    reading: Reading | None = None,
) -> Timeline:
    stamps = pd.DatetimeIndex(series)
    if len(stamps) and not (YEARS[0] <= stamps.year.min() and stamps.year.max() <= YEARS[1]):
        raise _beyond(raw.name)
    notes = [note for note in (reading.way, reading.zone) if note] if reading else []
    others = reading.others if reading else ()
    found = time_source(columns, notes, others, (stamps.min(), stamps.max()))
    return Timeline(stamps, columns, (found,))


def _from_named_column(raw: RawTable) -> Timeline | None:
    for name in sorted(filter(_is_named_like_time, raw.frame.columns), key=_rank):
        reading = read_stamps(raw.frame[name], named=True)
        if reading is not None and reading.stamps.notna().mean() >= 0.5:
            return _from_column(raw, name, reading)
    return None


def _rank(name: str) -> int:
    """Order names by how likely they are those of a time column."""
    plain = " ".join(_words(name))
    return NAMES.index(plain) if plain in NAMES else len(NAMES)


def _is_named_like_time(name: str) -> bool:
    return not set(NAMES).isdisjoint(_words(name))


def _words(name: str) -> list[str]:
    return re.sub(r"[\W_]+", " ", name.casefold()).split()


def _from_any_text(raw: RawTable) -> Timeline | None:
    for name in raw.frame.columns:
        if not pd.api.types.is_numeric_dtype(raw.frame[name].dtype):
            reading = read_stamps(raw.frame[name], named=False)
            if reading is not None and reading.stamps.notna().all():
                return _from_column(raw, name, reading)
    return None


def _from_column(raw: RawTable, name: str, reading: Reading) -> Timeline:
    """Return the timeline of a column; TableError where a row has no time."""
    unread = reading.stamps.isna()
    if unread.any():
        row = int(raw.frame.index[int(unread.to_numpy().argmax())])
        cell = raw.frame[name][row]
        location = raw.locate(row)
        if pd.isna(cell):
            raise TableError(
                f"Column '{name}' has no time in {location}. Add it or remove the row."
            )
        raise TableError(
            f"Column '{name}' has '{str(cell)[:60]}' in {location}, which is no time like the "
            "others. Correct it or remove the row."
        )
    stamps = reading.stamps
    columns: tuple[str, ...] = (name,)
    if (stamps == stamps.dt.normalize()).all():
        clocks = _clocks(raw, name, repeated=not stamps.is_unique)
        if clock := next(clocks, None):
            stamps, columns = stamps + clock[1], (name, clock[0])
    return _timeline(raw, stamps, columns, reading)


def _clocks(raw: RawTable, date: str, repeated: bool) -> Iterator[tuple[str, "pd.Series[Any]"]]:
    """Yield columns with the time of day for a column of dates."""
    for name in raw.frame.columns.drop(date):
        cells = raw.frame[name]
        if pd.api.types.is_numeric_dtype(cells.dtype):
            if repeated and _is_part(name, cells, "hour"):
                yield name, _seconds(cells * 3600)
        elif _is_named_like_time(name) or name.casefold() in PARTS["hour"][0]:
            text = cells.astype("str").str.strip()
            if text.str.fullmatch(CLOCK).all():
                clock = text.str.extract(CLOCK).astype("float64").fillna(0.0)
                yield name, _seconds(clock[0] * 3600 + clock[1] * 60 + clock[2])


def _seconds(number: "pd.Series[Any]") -> "pd.Series[Any]":
    return (number * 10**6).round().astype("int64").astype("timedelta64[us]")


def _is_part(name: str, cells: "pd.Series[Any]", part: str) -> bool:
    names, least, most = PARTS[part]
    if name.casefold() not in names or not pd.api.types.is_numeric_dtype(cells.dtype):
        return False
    return bool((cells.between(least, most) & (cells % 1 == 0)).all())


def _from_parts(raw: RawTable) -> Timeline | None:
    """Join columns of year, month, day and so on, up to the first that is missing."""
    parts: dict[str, str] = {}
    for part in PARTS:
        name = next((c for c in raw.frame.columns if _is_part(c, raw.frame[c], part)), None)
        if name is None:
            break
        parts[part] = name
    if "year" not in parts:
        return None
    values = raw.frame[list(parts.values())].set_axis(list(parts), axis=1).astype("int64")
    date = values.reindex(columns=["year", "month", "day"], fill_value=1)
    stamps = pd.to_datetime(date, errors="coerce").dt.as_unit("us")
    if stamps.isna().any():
        row = int(stamps.index[int(stamps.isna().to_numpy().argmax())])
        year, month, day = date.loc[row]
        raise TableError(
            f"There is no day {year}-{month:02}-{day:02} ({raw.locate(row)}, columns "
            f"{listed(parts.values())}). Correct it or remove the row."
        )
    clock = values.reindex(columns=["hour", "minute", "second"], fill_value=0)
    stamps += _seconds(clock["hour"] * 3600 + clock["minute"] * 60 + clock["second"])
    if len(parts) < 3 and not stamps.is_unique:
        return None  # the year is a property of each row, as in a list of cars
    return _timeline(raw, stamps, tuple(parts.values()))
