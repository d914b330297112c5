"""Turn the cells of a file into variables: numbers, or text as labels.

Numbers that mean "no data", or are too large to compute with beside the others, become missing.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from numpy.typing import NDArray

from imv_core.arrays import Floats
from imv_core.errors import TableError
from imv_core.phrases import counted
from imv_core.tables.findings import (
    Finding,
    absurd_values,
    dropped_column,
    infinite_values,
    label_column,
)
from imv_core.tables.raw_table import MISSING, RawTable

Bools = NDArray[np.bool_]

HUGE = 1e20
"""A smaller value always counts as a measurement."""
BEYOND = 1e16
"""A huge value is this many times the largest of the others; their sum loses the others."""
MARKS = np.array(
    [
        *(1e20, 9.999e20, 1e30, 1e31, 1e32, 1e33, 1e34, 1e35, 1e36, 1e37),
        *(9.969209968386869e36, 3.4028234663852886e38, 1.7976931348623157e308),
    ]
)
"""Values that mean "no data" in netCDF, GrADS, Ferret and others, and the largest floats."""
BEYOND_OF_MARKS = 1e6
"""As `BEYOND`, for `MARKS`."""
NEAR = 1e-6  # single and decimal spellings of a mark differ by less


def is_absurd(values: Floats) -> Bools:
    """Return which values of a column cannot be measurements.

    These are huge values far beyond the others, if they are fewer than the others; and marks for
    "no data" far beyond the others, however many. Zeros are not counted among the others, so a
    column that is mostly zero keeps its few large values.

    Args:
        values: of one column, (rows,); NaN where missing.

    >>> is_absurd(np.array([1.0, 2.0, 1e36, 3.0]))
    array([False, False,  True, False])
    """
    size = np.abs(values)
    absurd: Bools = np.zeros(len(size), dtype=bool)
    if not (size >= HUGE * (1 - NEAR)).any():
        return absurd
    marks = (np.abs(size[:, None] / MARKS - 1) < NEAR).any(axis=1)
    usual = np.sort(size[~marks & (size > 0)])
    if usual.size == 0:
        return absurd
    far = np.flatnonzero((usual[1:] >= HUGE) & (usual[1:] / BEYOND > usual[:-1])) + 1
    if far.size and usual.size - far[0] < far[0]:
        absurd = size >= usual[far[0]]
        usual = usual[: far[0]]
    absurd |= marks & (size / BEYOND_OF_MARKS > usual[-1])
    return absurd


MAX_LABELS = 50
"""A column of text with more labels is prose or keys, not a category."""
NUMBERS_WITH_ERRORS = 0.8
"""From this share of numbers on, text among them is a mistake in the file, not a label."""
BLANK = "['’ \u00a0\u202f]"  # between thousands in French, Swiss and typeset numbers


@dataclass(frozen=True)
class _Cells:
    """A column of text; each distinct text is converted once."""

    codes: npt.NDArray[np.intp]  # (rows,) position in `labels`; -1 where the cell is missing
    labels: "pd.Series[Any]"

    @classmethod
    def from_column(cls, column: "pd.Series[Any]") -> "_Cells":
        stripped = column.str.strip()
        stripped = stripped.mask(stripped.str.lower().isin(MISSING))
        codes, labels = pd.factorize(stripped)
        return cls(codes, pd.Series(labels, dtype="str"))

    def counts(self) -> npt.NDArray[np.intp]:
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.labels))

    def spread(self, values: Floats) -> Floats:
        """Return the value of each row's label, (rows,)."""
        return np.append(values, np.nan)[self.codes]


def read_columns(raw: RawTable, leave_out: tuple[str, ...]) -> tuple[pd.DataFrame, list[Finding]]:
    """Turn the columns of a file into variables: float64 numbers, or labels.

    Args:
        raw: cells of the file.
        leave_out: columns with the times.

    Raises:
        TableError: a column of numbers contains text.
    """
    columns: dict[str, pd.Series[Any]] = {}
    findings: list[Finding] = []
    for name in raw.frame.columns.difference(list(leave_out), sort=False):
        values, remarks = _read_column(raw, name)
        findings += remarks
        if values is not None:
            columns[name] = values
    return pd.DataFrame(columns, index=raw.frame.index), findings


def _read_column(raw: RawTable, name: str) -> tuple["pd.Series[Any] | None", list[Finding]]:
    column = raw.frame[name]
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return None, [dropped_column(name, "holds times, and another time is used")]
    if pd.api.types.is_numeric_dtype(column.dtype):
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
    elif pd.api.types.is_timedelta64_dtype(column.dtype):
        numbers = column.dt.total_seconds().to_numpy(dtype=np.float64)
    else:
        cells = _Cells.from_column(column)
        read = _numbers(cells, raw, name)
        if read is None:
            return _labels(cells, column.index, name)
        numbers = read
    findings = []
    infinite = np.isinf(numbers)
    if infinite.any():
        numbers = np.where(infinite, np.nan, numbers)
        findings.append(infinite_values(name, int(infinite.sum())))
    absurd = is_absurd(numbers)
    if absurd.any():
        row = int(absurd.argmax())
        location = raw.locate(int(raw.frame.index[row]))
        findings.append(absurd_values(name, int(absurd.sum()), float(numbers[row]), location))
        numbers = np.where(absurd, np.nan, numbers)
    if np.isnan(numbers).all():
        return None, [dropped_column(name, "is empty"), *findings]
    if _only_counts(numbers):
        return None, [dropped_column(name, "only counts the rows")]
    return pd.Series(numbers, index=column.index), findings


def _only_counts(numbers: Floats) -> bool:
    return numbers[0] in (0, 1) and np.array_equal(
        numbers, np.arange(len(numbers), dtype=np.float64) + numbers[0]
    )


def _numbers(cells: _Cells, raw: RawTable, name: str) -> Floats | None:
    """Read text as numbers or truth values, (rows,); None where it is labels."""
    if len(cells.labels) == 0:
        return np.full(len(cells.codes), np.nan)
    if cells.labels.str.lower().isin(["true", "false"]).all():
        return cells.spread(cells.labels.str.lower().eq("true").to_numpy().astype(np.float64))
    other = "," if raw.decimal == "." else "."
    readings = (_parse(cells.labels, decimal) for decimal in (raw.decimal, other))
    # Of equals the first, which has the decimal sign of the whole file.
    values = max(readings, key=lambda values: int(np.isfinite(values).sum()))
    unread = np.isnan(values)
    counts = cells.counts()
    share = counts[~unread].sum() / counts.sum()
    if unread.any() and share >= NUMBERS_WITH_ERRORS:
        row = int(np.flatnonzero(np.append(unread, False)[cells.codes])[0])
        location = raw.locate(raw.frame.index[row])
        text = cells.labels[cells.codes[row]]
        raise TableError(
            f"Column '{name}' has text in {location} ('{_short(text)}'). "
            "Remove it or leave the cell empty."
        )
    return None if unread.any() else cells.spread(values)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


def _parse(labels: "pd.Series[Any]", decimal: str) -> Floats:
    """Read labels as numbers, with or without groups of thousands; NaN where that fails."""
    point, comma = (r"\.", ",") if decimal == "." else (",", r"\.")
    text = labels.str.replace("\u2212", "-")  # the typographer's minus
    grouped = rf"[+-]?\d{{1,3}}((?:{comma}\d{{3}})+|(?:{BLANK}\d{{3}})+)(?:{point}\d+)?"
    whole = text.str.replace(rf"{comma}|{BLANK}", "", regex=True)
    text = whole.where(text.str.fullmatch(grouped), text)
    if decimal == ",":
        text = text.mask(text.str.contains(".", regex=False)).str.replace(",", ".")
    return np.asarray(pd.to_numeric(text.astype(object), errors="coerce"), dtype=np.float64)


def _labels(
    cells: _Cells, rows: "pd.Index[Any]", name: str
) -> tuple["pd.Series[Any] | None", list[Finding]]:
    distinct, present = len(cells.labels), int(cells.counts().sum())
    if distinct > MAX_LABELS or distinct > max(2, 0.9 * present):
        what = f"is text with {distinct:,} different values in {counted(present, 'row')}"
        return None, [dropped_column(name, what)]
    values = pd.Series(cells.labels.array.take(cells.codes, allow_fill=True), index=rows)
    return values, [label_column(name, sorted(cells.labels))]
