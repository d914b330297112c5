"""Results as Markdown: tables, means with their spread, and the machine they come from."""

import datetime
import os
import platform
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch


def markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown, one line a row."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def number(value: float) -> str:
    """Four significant digits, without an exponent where that is shorter."""
    return f"{value:#.4g}".rstrip(".")


def spread(values: Sequence[float]) -> str:
    """The mean, and lowest to highest in brackets where they differ; a dash where there is none."""
    if not values:
        return "–"
    low, mean, high = (number(v) for v in (min(values), float(np.mean(values)), max(values)))
    return mean if low == high else f"{mean} ({low}–{high})"


def machine() -> str:
    """Processor, cores, versions and date, in one line."""
    return (
        f"{_processor()}, {os.cpu_count()} cores; Python {platform.python_version()}, "
        f"torch {torch.__version__}; {datetime.date.today():%Y-%m-%d}."
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:  # not Linux
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
