"""Columns that may tell a model more than was known at their time: for the analyst to judge."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from imv_core.arrays import Floats
from imv_core.tables.findings import Finding, listed
from imv_core.tables.table import Table

ALIKE = 0.99  # absolute correlation
MOST_LEADS = 12  # rows ahead at which a column is compared with the target
SAMPLED = 10_000  # rows that correlations are taken from
LOOKED_AT = 20_000  # rows, without a break, in which straight lines are looked for
FURTHEST = 200  # rows between two readings
FEWEST_BENDS = 30
FEWEST_SLOPES = 10
_LINES = (
    "runs in straight lines from one reading to the next, {} rows apart: a value between two "
    "readings already holds the next one, which was not known at the time"
)


def find_leakage(table: Table, target: str) -> list[Finding]:
    """Look for columns that nearly equal the target, run ahead of it, or were interpolated.

    The kinds are "near-copy", "ahead" and "interpolated"; `columns` are those to leave
    out, or the target where it was interpolated itself. Long tables are sampled.
    """
    return [*_copies(table, target), *_straight_lines(table, target)]


def _copies(table: Table, target: str) -> Iterator[Finding]:
    """Columns whose values are those of the target, at the same row or at a later one."""
    y = _standard(table.frame[target])
    rows = np.unique(np.linspace(0, max(len(y) - 1 - MOST_LEADS, 0), SAMPLED).astype(int))
    own = [_correlation(y, y, rows, lead) for lead in range(MOST_LEADS + 1)]
    for name in table.numeric:
        if name == target or name not in table.usable:
            continue
        x = _standard(table.frame[name])
        by_lead = [_correlation(x, y, rows, lead) for lead in range(MOST_LEADS + 1)]
        lead = int(np.argmax(np.abs(by_lead)))
        missed = 1 - abs(by_lead[lead])  # how far it is from a copy
        # A slow series resembles its own future; what leaks says more than its own last value.
        if lead and missed < 1 - ALIKE and missed < 0.5 * (1 - max(own[lead], abs(by_lead[0]))):
            text = (
                f"Column '{name}' is at every row nearly what the target '{target}' will be "
                f"{lead} {'row' if lead == 1 else 'rows'} later (correlation "
                f"{by_lead[lead]:.4f}). If that was not known at the time, leave it out: forecasts "
                "would look better than they can be."
            )
            yield Finding("ahead", (name,), text, warning=True)
        elif abs(by_lead[0]) > ALIKE:
            text = (
                f"Column '{name}' is nearly the same as the target '{target}' in every row "
                f"(correlation {by_lead[0]:.4f}). Importance is then shared between the two by "
                "chance. Leave it out where it was made from the target or is known only later."
            )
            yield Finding("near-copy", (name,), text, warning=True)


def _standard(column: "pd.Series[float]") -> Floats:
    """Mean 0 and variance 1; NaN stays."""
    values = column.to_numpy(float)
    with np.errstate(all="ignore"):
        standard: Floats = (values - np.nanmean(values)) / np.nanstd(values)
    return standard


def _correlation(x: Floats, y: Floats, rows: "np.typing.NDArray[np.intp]", lead: int) -> float:
    """Of `x` with what `y` is `lead` rows later; 0 where too few rows know both."""
    rows = rows[rows + lead < len(y)]
    a, b = x[rows], y[rows + lead]
    known = np.isfinite(a) & np.isfinite(b)
    if known.sum() < MOST_LEADS:
        return 0.0
    a, b = a[known] - a[known].mean(), b[known] - b[known].mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 0 else 0.0


def _straight_lines(table: Table, target: str) -> Iterator[Finding]:
    """Columns that were interpolated, those with equally distant readings together."""
    found: dict[int, list[str]] = {}
    for name in table.numeric:
        apart = rows_between_readings(table.frame[name].to_numpy(float))
        if apart is None:
            continue
        if name == target:
            text = (
                f"The target '{target}' {_LINES.format(apart)}, so its forecasts look better than "
                f"they can be. Resample to {apart} rows or more."
            )
            yield Finding("interpolated", (target,), text, warning=True)
        else:
            found.setdefault(apart, []).append(name)
    for apart, names in found.items():
        several = len(names) > 1
        lines = _LINES.format(apart)
        text = (
            f"{'Columns' if several else 'Column'} {listed(names)} "
            f"{lines.replace('runs', 'run', 1) if several else lines}. Leave "
            f"{'them' if several else 'it'} out where forecasts must hold in real use."
        )
        yield Finding("interpolated", tuple(names), text, warning=True)


def rows_between_readings(values: Floats) -> int | None:
    """How many rows lie between two readings that a line was drawn through; None: no such line.

    Such a series bends only every so many rows, always at the same place, and each line has a
    slope of its own. A counter never bends, a saw or a held value bends twice, and the slopes of
    a triangle are few.
    """
    begin = max(0, (len(values) - LOOKED_AT) // 2)
    values = values[begin : begin + LOOKED_AT]
    if not np.isfinite(values).any():
        return None
    tolerance = 1e-6 * float(np.nanmax(values) - np.nanmin(values))
    steps = np.diff(values)
    turns = np.diff(steps)
    bends = np.flatnonzero(np.abs(turns) > tolerance)  # NaN is no bend
    if not FEWEST_BENDS <= len(bends) <= 0.55 * np.isfinite(turns).sum():
        return None
    slopes = steps[bends[np.abs(steps[bends]) > tolerance]]
    if len(np.unique(np.round(slopes / tolerance))) < FEWEST_SLOPES:
        return None
    for apart in range(min(FURTHEST, len(values) // FEWEST_BENDS), 1, -1):
        if np.bincount(bends % apart, minlength=apart).max() >= 0.99 * len(bends):
            return apart
    return None
