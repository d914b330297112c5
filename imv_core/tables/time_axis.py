"""When the rows of a table were measured: which columns say it, and what they say."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from imv_core.errors import TableError
from imv_core.tables.findings import Finding, listed
from imv_core.tables.raw import RawTable
from imv_core.tables.timestamps import Reading, in_utc, read_stamps, zone_words

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
"""What time columns are called, the likeliest first."""

PARTS = {
    "year": ({"year", "yr", "jahr"}, 1000, 3000),
    "month": ({"month", "mnth", "monat"}, 1, 12),
    "day": ({"day", "tag"}, 1, 31),
    "hour": ({"hour", "hr", "stunde"}, 0, 24),
    "minute": ({"minute"}, 0, 59),
    "second": ({"second"}, 0, 59),
}
CLOCK = r"(\d{1,2})[:.]([0-5]\d)(?:[:.]([0-5]\d(?:\.\d+)?))?$"


YEARS = (1, 9000)
"""Python's own dates end with the year 9999, and forecasts reach beyond the last row."""


@dataclass(frozen=True)
class Timeline:
    """The time of each row in file order (None: there is none), and the columns it was made of."""

    stamps: pd.DatetimeIndex | None
    columns: tuple[str, ...]
    findings: tuple[Finding, ...]


NO_TIME = Finding(
    "time",
    (),
    "No column holds times; rows are taken in file order, one step apart.",
    warning=True,
)


def find_time(raw: RawTable, column: str | None = None) -> Timeline:
    """Find the time of each row: in `column`, or wherever it is.

    Raises:
        TableError: `column` is no time, or a column of times has a cell that is none or lies
            beyond all calendars.
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
        return _timeline(raw, in_utc(raw.stamps), (), zone_words(raw.stamps))
    return (
        _from_named_column(raw)
        or _from_parts(raw)
        or _from_any_text(raw)
        or Timeline(None, (), (NO_TIME,))
    )


def _timeline(
    raw: RawTable, stamps: pd.DatetimeIndex, columns: tuple[str, ...], how: str = ""
) -> Timeline:
    if len(stamps) and not (YEARS[0] <= stamps.year.min() and stamps.year.max() <= YEARS[1]):
        raise _beyond(raw.name)
    plural = "columns" if len(columns) > 1 else "column"
    source = f"{plural} {listed(columns)}" if columns else "the index"
    text = f"Time is taken from {source}{how}: {stamps.min()} to {stamps.max()}."
    return Timeline(stamps, columns, (Finding("time", columns, text, "in doubt" in how),))


def _from_named_column(raw: RawTable) -> Timeline | None:
    for name in sorted(filter(_sounds_like_time, raw.frame.columns), key=_rank):
        reading = read_stamps(raw.frame[name], named=True)
        if reading is not None and reading.stamps.notna().mean() >= 0.5:
            return _from_column(raw, name, reading)
    return None


def _rank(name: str) -> int:
    """Order names by how much they sound like the time."""
    plain = " ".join(_words(name))
    return NAMES.index(plain) if plain in NAMES else len(NAMES)


def _sounds_like_time(name: str) -> bool:
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
    """Build the timeline of a column; every row must have a time."""
    unread = reading.stamps.isna()
    if unread.any():
        row = int(raw.frame.index[int(unread.to_numpy().argmax())])
        cell = raw.frame[name][row]
        place = raw.place(row)
        if pd.isna(cell):
            raise TableError(f"Column '{name}' has no time in {place}. Add it or remove the row.")
        raise TableError(
            f"Column '{name}' has '{str(cell)[:60]}' in {place}, which is no time like the "
            "others. Correct it or remove the row."
        )
    stamps = reading.stamps
    columns: tuple[str, ...] = (name,)
    if (stamps == stamps.dt.normalize()).all():
        clocks = _clocks(raw, name, repeated=not stamps.is_unique)
        if clock := next(clocks, None):
            stamps, columns = stamps + clock[1], (name, clock[0])
    return _timeline(raw, pd.DatetimeIndex(stamps), columns, reading.how)


def _clocks(raw: RawTable, date: str, repeated: bool) -> Iterator[tuple[str, "pd.Series[Any]"]]:
    """Find columns with the time of day that belong to a column of dates."""
    for name in raw.frame.columns.drop(date):
        cells = raw.frame[name]
        if pd.api.types.is_numeric_dtype(cells.dtype):
            if repeated and _is_part(name, cells, "hour"):
                yield name, _seconds(cells * 3600)
        elif _sounds_like_time(name) or name.casefold() in PARTS["hour"][0]:
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
    """Join year, month, day ... as far as they go."""
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
            f"There is no day {year}-{month:02}-{day:02} ({raw.place(row)}, columns "
            f"{listed(parts.values())}). Correct it or remove the row."
        )
    clock = values.reindex(columns=["hour", "minute", "second"], fill_value=0)
    stamps += _seconds(clock["hour"] * 3600 + clock["minute"] * 60 + clock["second"])
    if len(parts) < 3 and not stamps.is_unique:
        return None  # a year beside many rows, as in a list of cars
    return _timeline(raw, pd.DatetimeIndex(stamps), tuple(parts.values()))
