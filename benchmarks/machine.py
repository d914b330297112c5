"""The machine and date of a benchmark, and rows of a Markdown table."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import torch

CPU_INFO = Path("/proc/cpuinfo")


def describe() -> str:
    """Return one line: processor, cores, threads of torch, versions and today's date (UTC)."""
    return (
        f"{_processor()}, {os.cpu_count()} cores, {torch.get_num_threads()} threads, "
        f"Python {platform.python_version()}, torch {torch.__version__}, "
        f"{datetime.now(UTC):%Y-%m-%d}"
    )


def row(cells: Sequence[str]) -> str:
    """Return a row of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def header(names: Sequence[str]) -> str:
    """Return the first two lines of a Markdown table."""
    return f"{row(names)}\n{row(['---'] * len(names))}"


def _processor() -> str:
    if CPU_INFO.exists():
        for line in CPU_INFO.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
