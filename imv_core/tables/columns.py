"""Numbers that stand for "no data", or that cannot be computed with beside the others."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from numpy.typing import NDArray

from imv_core.arrays import Floats
from imv_core.errors import TableError
from imv_core.tables.delimited import MISSING
from imv_core.tables.findings import Finding, counted, listed
from imv_core.tables.raw import RawTable

Bools = NDArray[np.bool_]

HUGE = 1e20
"""Below this every value is taken for a measurement."""
BEYOND = 1e16
"""Times the largest of the others: a sum of both, in double precision, forgets the others."""
MARKS = np.array(
    [
        *(1e20, 9.999e20, 1e30, 1e31, 1e32, 1e33, 1e34, 1e35, 1e36, 1e37),
        *(9.969209968386869e36, 3.4028234663852886e38, 1.7976931348623157e308),
    ]
)
"""What programs write for "no data": netCDF, GrADS, Ferret and others, and the largest floats."""
BEYOND_OF_MARKS = 1e6
NEAR = 1e-6  # single and decimal spellings of a mark differ by less


def is_absurd(values: Floats) -> Bools:
    """Tell which values of a column cannot be measurements.

    Those that are huge and far beyond the others, if they are fewer than the others; and marks
    for "no data" that are far beyond the others, however many. Zeros tell nothing of the others'
    size, so a column that is mostly zero keeps its few large values.

    Args:
        values: of one column; NaN where missing.
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
"""A text column with more labels than this is prose or keys, not a category."""

NUMBERS_WITH_A_SLIP = 0.8
"""From this share of numbers on, text among them is a mistake in the file, not a label."""

MUCH_MISSING = 0.1
COPY = 0.9999
BLANK = "['’ \u00a0\u202f]"  # between thousands in French, Swiss and typeset numbers


@dataclass(frozen=True)
class _Cells:
    """Cells that are not numbers yet: each distinct one is looked at once.

    `codes` gives the position in `labels` for each row, -1 where the cell is missing.
    """

    codes: npt.NDArray[np.intp]
    labels: "pd.Series[Any]"

    @classmethod
    def of(cls, column: "pd.Series[Any]") -> "_Cells":
        stripped = column.str.strip()
        stripped = stripped.mask(stripped.str.lower().isin(MISSING))
        codes, labels = pd.factorize(stripped)
        return cls(codes, pd.Series(labels, dtype="str"))

    def counts(self) -> npt.NDArray[np.intp]:
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.labels))

    def spread(self, values: Floats) -> Floats:
        """Give each row the value of its label."""
        return np.append(values, np.nan)[self.codes]


def read_columns(raw: RawTable, leave_out: tuple[str, ...]) -> tuple[pd.DataFrame, list[Finding]]:
    """Turn the columns of a file into float64 variables and labels.

    Raises:
        TableError: a column of numbers has text in it.
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
        return None, [_dropped(name, "holds times, and another time is used")]
    if pd.api.types.is_numeric_dtype(column.dtype):
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
    elif pd.api.types.is_timedelta64_dtype(column.dtype):
        numbers = column.dt.total_seconds().to_numpy(dtype=np.float64)
    else:
        cells = _Cells.of(column)
        read = _numbers(cells, raw, name)
        if read is None:
            return _labels(cells, column.index, name)
        numbers = read
    findings = []
    infinite = np.isinf(numbers)
    if infinite.any():
        numbers = np.where(infinite, np.nan, numbers)
        text = f"Column '{name}' has {counted(int(infinite.sum()), 'infinite value')}, "
        findings.append(Finding("missing", (name,), text + "taken as missing.", warning=True))
    absurd = is_absurd(numbers)
    if absurd.any():
        findings.append(_absurd_finding(raw, name, numbers, absurd))
        numbers = np.where(absurd, np.nan, numbers)
    if np.isnan(numbers).all():
        return None, [_dropped(name, "is empty"), *findings]
    if _only_counts(numbers):
        return None, [_dropped(name, "only counts the rows")]
    return pd.Series(numbers, index=column.index), findings


def _absurd_finding(raw: RawTable, name: str, numbers: Floats, absurd: Bools) -> Finding:
    row, count = int(absurd.argmax()), int(absurd.sum())
    place = raw.place(int(raw.frame.index[row]))
    text = (
        f"Column '{name}' has {counted(count, 'value')} too large to compute with beside the "
        f"others, {'the first ' if count > 1 else ''}{numbers[row]:g} in {place}; taken as missing."
    )
    return Finding("missing", (name,), text, warning=True)


def _dropped(name: str, why: str) -> Finding:
    return Finding("dropped", (name,), f"Column '{name}' {why}; it is left out.")


def _only_counts(numbers: Floats) -> bool:
    return numbers[0] in (0, 1) and np.array_equal(
        numbers, np.arange(len(numbers), dtype=np.float64) + numbers[0]
    )


def _numbers(cells: _Cells, raw: RawTable, name: str) -> Floats | None:
    """Read text as numbers or truth values, or return None where it is labels."""
    if len(cells.labels) == 0:
        return np.full(len(cells.codes), np.nan)
    if cells.labels.str.lower().isin(["true", "false"]).all():
        return cells.spread(cells.labels.str.lower().eq("true").to_numpy().astype(np.float64))
    other = "," if raw.decimal == "." else "."
    readings = (_parse(cells.labels, decimal) for decimal in (raw.decimal, other))
    # The first of equals: the decimal sign of the whole file.
    values = max(readings, key=lambda values: int(np.isfinite(values).sum()))
    unread = np.isnan(values)
    counts = cells.counts()
    share = counts[~unread].sum() / counts.sum()
    if unread.any() and share >= NUMBERS_WITH_A_SLIP:
        row = int(np.flatnonzero(np.append(unread, False)[cells.codes])[0])
        place = raw.place(raw.frame.index[row])
        text = cells.labels[cells.codes[row]]
        raise TableError(
            f"Column '{name}' has text in {place} ('{_short(text)}'). "
            "Remove it or leave the cell empty."
        )
    return None if unread.any() else cells.spread(values)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


def _parse(labels: "pd.Series[Any]", decimal: str) -> Floats:
    """Read labels as numbers, grouped in thousands or not; NaN where one is none."""
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
        return None, [_dropped(name, what)]
    values = pd.Series(cells.labels.array.take(cells.codes, allow_fill=True), index=rows)
    shown = listed(sorted(cells.labels))
    text = (
        f"Column '{name}' is text with {counted(distinct, 'label')} ({shown}); it is one variable, "
        "in which each label counts as the mean of the target over its rows in training."
    )
    return values, [Finding("text", (name,), text)]


def inspect_columns(frame: pd.DataFrame) -> list[Finding]:
    """Look for missing values, constant columns and copies."""
    findings = []
    for name, missing in frame.isna().sum().items():
        if missing:
            share = missing / len(frame)
            text = (
                f"Column '{name}' has {counted(missing, 'missing value')} ({share:.1%}); as "
                "inputs they take the last value before them, or the median of the training part "
                "where that is chosen or none is before them."
            )
            findings.append(Finding("missing", (str(name),), text, share > MUCH_MISSING))
    for name in frame.columns:
        if is_constant(frame[name]):
            text = (
                f"Column '{name}' has the same value in every row; it can explain nothing and is "
                "left out unless it is chosen."
            )
            findings.append(Finding("constant", (name,), text, warning=True))
    return findings + _copies(frame)


def is_constant(column: "pd.Series[Any]") -> bool:
    """Tell whether a column holds one distinct value at most."""
    if pd.api.types.is_float_dtype(column.dtype):
        return not column.min() < column.max()
    return column.nunique() <= 1


def _copies(frame: pd.DataFrame) -> list[Finding]:
    """Find columns that say almost the same as an earlier one."""
    numbers = frame.select_dtypes("float64")
    if not 2 <= numbers.shape[1] <= 200:
        return []
    sample = np.unique(np.linspace(0, len(numbers) - 1, 10_000).astype(int))
    with np.errstate(all="ignore"):
        correlation = numbers.iloc[sample].corr(min_periods=10)
    alike = np.triu(correlation.abs().to_numpy() > COPY, k=1)
    findings = []
    for later in np.flatnonzero(alike.any(axis=0)):
        earlier = int(alike[:, later].argmax())
        pair = (numbers.columns[earlier], numbers.columns[int(later)])
        strength = float(correlation.to_numpy()[earlier, later])
        text = (
            f"Columns {listed(pair)} are nearly copies of each other (correlation {strength:.5f}); "
            "where one is the target, leave out the other."
        )
        findings.append(Finding("copies", pair, text, warning=True))
    return findings
