"""Write results as Markdown: tables, and means with their range."""

from collections.abc import Sequence

import numpy as np

from benchmarks import machine


def markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown, one line per row."""
    return "\n".join([machine.header(columns), *map(machine.row, rows)])


def number(value: float) -> str:
    """Return four significant digits, without an exponent where that is shorter."""
    return f"{value:#.4g}".rstrip(".")


def spread(values: Sequence[float]) -> str:
    """Return the mean, with the range in brackets if values differ; a dash without values."""
    if not values:
        return "–"
    low, mean, high = (number(v) for v in (min(values), float(np.mean(values)), max(values)))
    return mean if low == high else f"{mean} ({low}–{high})"
