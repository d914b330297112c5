"""One column -> times: text in several orders, numbers such as 20200131, or times already.

Dates are read here and not by a library, as the order of day and month is chosen for the whole
column, and reported where another order fits as well.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

SAMPLE = 200
"""Cells that are tried before all cells are read."""

NUMERIC_DATE = re.compile(r"(\d{1,2})([-/.])\d{1,2}\2(\d{4}|\d{2})")
ZONE = r"\d(?:Z| ?[+-]\d\d:?\d\d)$| (?:UTC|GMT)$"
CLOCK_FORMATS = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p")
NAMED_MONTHS = (
    "%d %b %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%b %d, %Y",
    "%b %d %Y",
    "%b %Y",
    "%b-%Y",
    "%d %B %Y",
    "%B %d, %Y",
    "%B %Y",
)
# Number of digits -> the date that they may be.
DIGITS = {
    8: ("%Y%m%d", "year, month and day"),
    10: ("%Y%m%d%H", "year, month, day and hour"),
    12: ("%Y%m%d%H%M", "year, month, day, hour and minute"),
    14: ("%Y%m%d%H%M%S", "year, month, day, hour, minute and second"),
}
# The least plausible time since 1970 (1973; the most is 100 times that) per unit.
EPOCHS = {"s": 10**8, "ms": 10**11, "us": 10**14, "ns": 10**17}
EPOCH_UNITS = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}


@dataclass(frozen=True)
class Reading:
    """A column, read as times in one way.

    Attributes:
        stamps: in UTC, without a time zone; NaT where the way does not fit.
        way: such as "read day first"; or empty.
        zone: the conversion, such as "converted to UTC"; or empty.
        others: other ways that fit as well, so that the choice is in doubt.
    """

    stamps: "pd.Series[Any]"
    way: str = ""
    zone: str = ""
    others: tuple[str, ...] = ()

    @property
    def irregularity(self) -> tuple[int, bool, int]:
        """Rank of a reading, the less the better: unread cells, falling times, different steps."""
        known = self.stamps.dropna()
        unread = len(self.stamps) - len(known)
        return unread, not known.is_monotonic_increasing, known.diff().nunique()


def read_stamps(cells: "pd.Series[Any]", named: bool) -> Reading | None:
    """Read a column as times in the way that fits best; None where no way fits.

    Args:
        cells: of the column.
        named: the column has a name like that of a time; only then numbers are read as times.
    """
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        return _from_times(cells)
    if pd.api.types.is_numeric_dtype(cells.dtype):
        return _read_numbers(cells) if named else None
    text = cells.astype("str").str.strip()
    sample = text.dropna().iloc[:SAMPLE]
    if sample.empty or sample.str.contains(r"\d\D*\d").mean() < 0.5:
        return None
    zoned = bool(sample.str.contains(ZONE).any())
    if zoned:
        text = text.str.replace(r" (?:UTC|GMT)$", "", regex=True)
    readings = [
        Reading(_parse(text, formats), way, "converted to UTC" if zoned else "")
        for way, formats in _ways_to_write(sample.iloc[0], zoned)
    ]
    best = min(readings, key=lambda reading: reading.irregularity, default=None)
    if best is None or best.stamps.isna().all():
        return None
    others = tuple(
        other.way
        for other in readings
        if other.irregularity == best.irregularity and not other.stamps.equals(best.stamps)
    )
    return replace(best, others=others)


def _ways_to_write(first: str, zoned: bool) -> Iterator[tuple[str, list[str]]]:
    """Yield the orders of a date like this, the likelier first, each with its formats."""
    if re.match(r"\d{4}", first):
        dotted = first[4:5] == "."
        yield "read year first", _with_clocks(["%Y.%m.%d"], zoned) if dotted else ["ISO8601"]
    elif date := NUMERIC_DATE.match(first):
        _, sign, year = date.groups()
        year = "%Y" if len(year) == 4 else "%y"
        ways = [
            ("read day first", _with_clocks([f"%d{sign}%m{sign}{year}"], zoned)),
            ("read month first", _with_clocks([f"%m{sign}%d{sign}{year}"], zoned)),
        ]
        yield from reversed(ways) if sign == "/" else ways
    elif re.search(r"[A-Za-z]{3}", first):
        yield "with months by name", _with_clocks(list(NAMED_MONTHS), zoned)


def _with_clocks(dates: list[str], zoned: bool) -> list[str]:
    zones = ("", "%z", " %z") if zoned else ("",)
    return [date + clock + zone for date in dates for clock in CLOCK_FORMATS for zone in zones]


def _parse(text: "pd.Series[Any]", formats: list[str]) -> "pd.Series[Any]":
    """Read all cells in the commonest format, the rest in the next, and so on; else NaT."""

    def fit(cells: "pd.Series[Any]", form: str) -> "pd.Series[Any]":
        stamps = pd.to_datetime(cells, format=form, errors="coerce", utc=True)
        return stamps.dt.tz_localize(None).dt.as_unit("us")

    stamps = pd.Series(pd.NaT, index=text.index, dtype="datetime64[us]")
    rest = text[text.str.contains(r"\d", na=False)]  # pandas reads "now" as a time
    for _ in formats:
        probe = rest.iloc[:SAMPLE]
        fits = {form: int(fit(probe, form).notna().sum()) for form in formats}
        common = max(formats, key=lambda form: fits[form])
        if not fits[common]:
            break
        found = fit(rest, common)
        stamps[found.index] = found
        rest = rest[found.isna()]
    return stamps


def _read_numbers(cells: "pd.Series[Any]") -> Reading | None:
    """Read dates like 20200131 or 2020013123, or seconds (or finer) since 1970."""
    if cells.isna().any() or len(cells) == 0 or (cells % 1 != 0).any():
        return None
    least, most = cells.min(), cells.max()
    for length, (form, parts) in DIGITS.items():
        if least // 10 ** (length - 4) >= 1900 and most // 10 ** (length - 4) < 2101:
            digits = cells.astype("int64").astype("str")
            stamps = pd.to_datetime(digits, format=form, errors="coerce").dt.as_unit("us")
            # Times since 1970 may have as many digits, but not all of them are dates.
            if length == 8 or stamps.notna().all():
                return Reading(stamps, f"read as {parts}")
    for unit, floor in EPOCHS.items():
        if floor <= least and most < 100 * floor:
            since = cells.astype("int64").to_numpy().astype(f"datetime64[{unit}]")
            stamps = pd.Series(since, index=cells.index).dt.as_unit("us")
            return Reading(stamps, f"read as {EPOCH_UNITS[unit]} since 1970 (UTC)")
    return None


def _from_times(cells: "pd.Series[Any]") -> Reading:
    """Convert times to UTC, and to a unit that files can store."""
    stamps = pd.DatetimeIndex(cells)
    zone = "" if stamps.tz is None else f"converted from {stamps.tz} to UTC"
    stamps = stamps if stamps.tz is None else stamps.tz_convert("UTC").tz_localize(None)
    stamps = stamps if stamps.unit == "ns" else stamps.as_unit("us")
    return Reading(pd.Series(stamps, index=cells.index), zone=zone)
