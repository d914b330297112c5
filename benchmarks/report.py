"""Results as Markdown: tables, and means with their spread."""

from collections.abc import Sequence

import numpy as np

from benchmarks import machine


def markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown, one line a row."""
    return "\n".join([machine.header(columns), *map(machine.row, rows)])


def number(value: float) -> str:
    """Four significant digits, without an exponent where that is shorter."""
    return f"{value:#.4g}".rstrip(".")


def spread(values: Sequence[float]) -> str:
    """The mean, and lowest to highest in brackets where they differ; a dash where there is none."""
    if not values:
        return "–"
    low, mean, high = (number(v) for v in (min(values), float(np.mean(values)), max(values)))
    return mean if low == high else f"{mean} ({low}–{high})"
