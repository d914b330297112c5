"""Seconds per epoch as rows, lookback and variables are doubled, one at a time.

A whole epoch is timed: training on all windows of the training part, then losses and importance
over the training and validation parts.
"""

import argparse
import statistics
import time
from dataclasses import dataclass, replace
from itertools import pairwise

from benchmarks import machine
from benchmarks.made_up import TARGET, made_up_table
from imv_core import IMVForecaster

DOUBLINGS = 3
EPOCHS = 3  # timed, after one to warm up


@dataclass(frozen=True)
class Size:
    """A size to which the seconds of an epoch should be proportional."""

    rows: int
    lookback: int
    variables: int


BASE = Size(rows=3000, lookback=12, variables=8)


def seconds_per_epoch(size: Size) -> float:
    """Return the median over some epochs, with default settings."""
    forecaster = IMVForecaster(TARGET, lookback=size.lookback, max_epochs=1 + EPOCHS)
    ends: list[float] = []
    forecaster.fit(
        made_up_table(size.rows, size.variables),
        on_epoch=lambda _: ends.append(time.perf_counter()),
    )
    return statistics.median(end - start for start, end in pairwise(ends))


def doubled(base: Size, what: str) -> list[Size]:
    """Return the base size, and sizes with one of its numbers doubled again and again."""
    return [replace(base, **{what: getattr(base, what) * 2**k}) for k in range(DOUBLINGS + 1)]


def lines(what: str, sizes: list[Size], seconds: list[float]) -> list[list[str]]:
    """Return the cells of the rows for one doubled number."""
    ratios = ["", *(f"{b / a:.2f}" for a, b in pairwise(seconds))]
    return [
        [what, *(f"{n:,}" for n in (size.rows, size.lookback, size.variables)), f"{s:.2f}", ratio]
        for size, s, ratio in zip(sizes, seconds, ratios, strict=True)
    ]


def main() -> None:
    """Print the table, each block as soon as it is measured."""
    parser = argparse.ArgumentParser(prog="benchmarks.scaling", description=__doc__)
    parser.add_argument("--rows", type=int, default=BASE.rows, help="of the smallest table")
    base = replace(BASE, rows=parser.parse_args().rows)
    names = (
        "doubled",
        "rows",
        "lookback",
        "variables",
        "seconds an epoch",
        "ratio to the row above",
    )
    print(f"{machine.describe()}\n\n{machine.header(names)}", flush=True)
    for what in ("rows", "lookback", "variables"):
        sizes = doubled(base, what)
        for cells in lines(what, sizes, [seconds_per_epoch(size) for size in sizes]):
            print(machine.row(cells), flush=True)


if __name__ == "__main__":
    main()
