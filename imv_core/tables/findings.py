"""Findings: what was found in a table and what was done about it, each in one sentence.

The sentences stand here, those about leakage in `leakage_findings`. Other modules pass in names and
numbers; they decide by `kind` and `columns`, never by a sentence.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from imv_core.phrases import counted, listed


class FindingKind(StrEnum):
    """Kinds of findings; their texts must not change, as they are stored in files."""

    FORMAT = "format"
    RENAMED = "renamed"
    TIME = "time"
    UNSORTED = "unsorted"
    DUPLICATES = "duplicates"
    STEP = "step"
    GAPS = "gaps"
    DROPPED = "dropped"
    TEXT = "text"
    MISSING = "missing"
    CONSTANT = "constant"
    COPIES = "copies"
    RESAMPLED = "resampled"
    NEAR_COPY = "near-copy"
    AHEAD = "ahead"
    INTERPOLATED = "interpolated"


@dataclass(frozen=True)
class Finding:
    """One finding about a table.

    Attributes:
        kind: one of `FindingKind`; a plain string where it was read from a file.
        columns: the columns that it is about; empty for the whole table.
        text: one or two sentences for the user.
        warning: whether the user should look at it.
    """

    kind: str
    columns: tuple[str, ...]
    text: str
    warning: bool = False


# --- the file and its cells ---


def given_as_frame(name: str) -> Finding:
    """Report that the table is a data frame."""
    return Finding(FindingKind.FORMAT, (), f"'{name}' was given as a data frame.")


def read_as(name: str, packing: str | None, form: str, warning: bool = False) -> Finding:
    """Report the format of the file."""
    how = f"was unpacked with {packing} and read" if packing else "is read"
    return Finding(FindingKind.FORMAT, (), f"'{name}' {how} as {form}.", warning)


def text_format(separator: str, encoding: str, decimal: str, is_guess: bool) -> str:
    """Describe delimited text for `read_as`."""
    form = f"{separator}-separated text in {encoding}, with a decimal {decimal}"
    return form + ("; the encoding is a guess, so check the names and labels" if is_guess else "")


def workbook_format(sheet: str, others: Sequence[str]) -> str:
    """Describe a sheet of a workbook for `read_as`."""
    return f"a workbook, sheet '{sheet}'" + (f"; it has others: {listed(others)}" if others else "")


def several_files(sizes: Iterable[tuple[str, int]]) -> Finding:
    """Report files put below one another, given their names and numbers of rows."""
    files = [f"'{name}' ({counted(rows, 'row')})" for name, rows in sizes]
    text = f"{len(files)} files were put below one another: {', '.join(files)}."
    return Finding(FindingKind.FORMAT, (), text)


def renamed_columns(names: Sequence[str]) -> Finding:
    """Report new names of columns whose names occurred more than once."""
    text = f"Column names that occur more than once were numbered: {listed(names)}."
    return Finding(FindingKind.RENAMED, tuple(names), text, warning=True)


def empty_rows(number: int) -> Finding:
    """Report rows without a value, which were left out."""
    text = f"Left out: {counted(number, 'row')} without any value."
    return Finding(FindingKind.DROPPED, (), text)


# --- times ---

NO_TIME = Finding(
    FindingKind.TIME,
    (),
    "No column holds times; rows are taken in file order, one step apart.",
    warning=True,
)

REPEATED = {
    "last": "the last row of each time was kept",
    "first": "the first row of each time was kept",
    "mean": "each time has the mean of its rows, and the last of their labels",
}
"""Treatments of rows with the same time, in words for the finding."""


def time_source(
    columns: tuple[str, ...],
    notes: Iterable[str],
    others: Iterable[str],
    span: tuple[object, object],
) -> Finding:
    """Report the columns with the times.

    Args:
        columns: empty where the times are the index of a frame.
        notes: how they were read, such as "read day first".
        others: ways of reading them that would fit as well; one of them makes it a warning.
        span: first and last time.
    """
    plural = "columns" if len(columns) > 1 else "column"
    source = f"{plural} {listed(columns)}" if columns else "the index"
    how = "".join(f", {note}" for note in notes)
    doubt = "".join(f" (in doubt: {other} would fit as well)" for other in others)
    text = f"Time is taken from {source}{how}{doubt}: {span[0]} to {span[1]}."
    return Finding(FindingKind.TIME, columns, text, warning=bool(doubt))


def unsorted_rows(number: int, first: object) -> Finding:
    """Report rows that came after a later one, and the time of the first."""
    text = (
        f"{counted(number, 'row')} came after a later one, the first at {first}; all rows were "
        "sorted by time."
    )
    return Finding(FindingKind.UNSORTED, (), text, warning=True)


def repeated_times(number: int, rows: int, first: object, repeated: str) -> Finding:
    """Report rows with the time of a later row: their number, all rows, the first, treatment."""
    text = (
        f"{counted(number, 'row')} had the same time as a later row, the first at {first}; "
        f"{REPEATED[repeated]}."
    )
    if number / rows >= 0.5:
        text += " Several series may stand below one another; put each in columns of its own."
    return Finding(FindingKind.DUPLICATES, (), text, warning=True)


def regular_step(step: str) -> Finding:
    """Report the step between rows."""
    return Finding(FindingKind.STEP, (), f"The step between rows is {step}.")


def uneven_steps(usual: object, closest: object, farthest: object) -> Finding:
    """Report that distances between rows differ."""
    text = (
        f"The times are not evenly spaced (most are {usual} apart, the closest {closest}, the "
        f"farthest {farthest}); each row is taken as one step."
    )
    return Finding(FindingKind.STEP, (), text, warning=True)


def missing_rows(number: int, rows: int, first: object, longest: int) -> Finding:
    """Report missing rows: their number, all rows, the first one, and the longest run."""
    text = (
        f"{counted(number, 'row')} ({number / rows:.1%}) {'is' if number == 1 else 'are'} missing "
        f"between the first and the last, the first at {first}, at most {longest:,} in a row; "
        "inserted without values."
    )
    return Finding(FindingKind.GAPS, (), text, warning=True)


def resampled(rows: tuple[int, int], unit: str, summary: str, has_labels: bool) -> Finding:
    """Report that rows were summarised: their numbers before and after, and the unit of time."""
    kept = {"last": "last known value", "min": "lowest", "max": "highest"}.get(summary, summary)
    text = (
        f"{counted(rows[0], 'row')} were brought to {counted(rows[1], 'row')}, one for each "
        f"{unit}: the {kept} of numbers{', the last of labels' if has_labels else ''}. Stretches "
        "at the ends that are not full were left out."
    )
    return Finding(FindingKind.RESAMPLED, (), text)


# --- columns ---


def dropped_column(name: str, reason: str) -> Finding:
    """Report a column that is left out; the reason follows its name, such as "is empty"."""
    return Finding(FindingKind.DROPPED, (name,), f"Column '{name}' {reason}; it is left out.")


def infinite_values(name: str, number: int) -> Finding:
    """Report infinite values, which are taken as missing."""
    text = f"Column '{name}' has {counted(number, 'infinite value')}, taken as missing."
    return Finding(FindingKind.MISSING, (name,), text, warning=True)


def absurd_values(name: str, number: int, first: float, location: str) -> Finding:
    """Report values that are too large to be measurements: their number, the first, its row."""
    text = (
        f"Column '{name}' has {counted(number, 'value')} too large to compute with beside the "
        f"others, {'the first ' if number > 1 else ''}{first:g} in {location}; taken as missing."
    )
    return Finding(FindingKind.MISSING, (name,), text, warning=True)


def label_column(name: str, labels: Sequence[str]) -> Finding:
    """Report a column of text, which is a variable with these labels."""
    text = (
        f"Column '{name}' is text with {counted(len(labels), 'label')} ({listed(labels)}); it is "
        "one variable, in which each label counts as the mean of the target over its rows in "
        "training."
    )
    return Finding(FindingKind.TEXT, (name,), text)


def missing_values(name: str, number: int, rows: int, is_much: bool) -> Finding:
    """Report missing values: their number, and that of all rows."""
    text = (
        f"Column '{name}' has {counted(number, 'missing value')} ({number / rows:.1%}); as inputs "
        "they take the last value before them, or the median of the training part where that is "
        "chosen or none is before them."
    )
    return Finding(FindingKind.MISSING, (name,), text, is_much)


def constant_column(name: str) -> Finding:
    """Report a column that never changes."""
    text = (
        f"Column '{name}' has the same value in every row; it can explain nothing and is left out "
        "unless it is chosen."
    )
    return Finding(FindingKind.CONSTANT, (name,), text, warning=True)


def copied_columns(pair: tuple[str, str], correlation: float) -> Finding:
    """Report two columns that are nearly equal, or linear functions of each other."""
    text = (
        f"Columns {listed(pair)} are nearly copies of each other (correlation {correlation:.5f}); "
        "where one is the target, leave out the other."
    )
    return Finding(FindingKind.COPIES, pair, text, warning=True)
