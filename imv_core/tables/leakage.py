"""Find columns that may contain what was not yet known at their time, for the user to judge."""

from collections.abc import Iterator

import numpy as np

from imv_core.arrays import Floats, correlations
from imv_core.tables.findings import Finding
from imv_core.tables.leakage_findings import ahead, interpolated, interpolated_target, near_copy
from imv_core.tables.table import Table

ALIKE = 0.99  # absolute correlation
MOST_LEADS = 12  # rows ahead at which a column is compared with the target
SAMPLED = 10_000  # rows that correlations are computed from
MOST_ROWS = 20_000  # consecutive rows in which straight lines are searched
FURTHEST = 200  # rows between two readings
FEWEST_BENDS = 30
FEWEST_SLOPES = 10


def find_leakage(table: Table, target: str) -> list[Finding]:
    """Find columns that nearly equal the target, run ahead of it, or were interpolated.

    Long tables are sampled.

    Returns:
        Findings of the kinds "near-copy", "ahead" and "interpolated"; their columns are those to
        leave out, or the target where it was interpolated itself.
    """
    return [*_copies(table, target), *_straight_lines(table, target)]


def _copies(table: Table, target: str) -> Iterator[Finding]:
    """Find columns that nearly equal the target in the same row or in a later one."""
    names = [target, *(n for n in table.numeric if n != target and n in table.usable)]
    y = table.frame[target].to_numpy(float)
    rows = np.unique(np.linspace(0, max(len(y) - 1 - MOST_LEADS, 0), SAMPLED).astype(int))
    later = np.append(y, np.full(MOST_LEADS, np.nan))[rows[:, None] + range(MOST_LEADS + 1)]
    values = table.frame[names].to_numpy(float)[rows]
    own, *others = correlations(values, later, MOST_LEADS)  # (columns, leads from 0)
    for name, by_lead in zip(names[1:], others, strict=True):
        lead = int(np.argmax(np.abs(by_lead)))
        distance = 1 - abs(by_lead[lead])  # from a copy
        # A slow series resembles its own future: leakage is more than the column's or the
        # target's present value gives away.
        if lead and distance < 1 - ALIKE and distance < 0.5 * (1 - max(own[lead], abs(by_lead[0]))):
            yield ahead(name, target, lead, float(by_lead[lead]))
        elif abs(by_lead[0]) > ALIKE:
            yield near_copy(name, target, float(by_lead[0]))


def _straight_lines(table: Table, target: str) -> Iterator[Finding]:
    """Find interpolated columns; those with equally distant readings share a finding."""
    found: dict[int, list[str]] = {}
    for name in table.numeric:
        apart = rows_between_readings(table.frame[name].to_numpy(float))
        if apart is None:
            continue
        if name == target:
            yield interpolated_target(target, apart)
        else:
            found.setdefault(apart, []).append(name)
    for apart, names in found.items():
        yield interpolated(names, apart)


def rows_between_readings(values: Floats) -> int | None:
    """Return the distance in rows between readings that were joined by lines; None: no such lines.

    An interpolated series bends only at its readings, which are equally distant, and each line has
    a slope of its own. A counter never bends, a sawtooth or a held value bends twice per period,
    and a triangle wave has few slopes.

    >>> readings = np.random.default_rng(0).standard_normal(100)
    >>> rows_between_readings(np.interp(np.arange(594), np.arange(0, 600, 6), readings))
    6
    """
    begin = max(0, (len(values) - MOST_ROWS) // 2)
    values = values[begin : begin + MOST_ROWS]
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
