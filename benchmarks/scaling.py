"""Seconds an epoch as rows, lookback and variables are doubled, one at a time.

An epoch is all of it: training on every window of the training part, then measuring losses and
importance over the training and validation parts.
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
EPOCHS = 3  # counted; one before them warms up


@dataclass(frozen=True)
class Size:
    """What the cost of an epoch should be proportional to."""

    rows: int
    lookback: int
    variables: int


BASE = Size(rows=3000, lookback=12, variables=8)


def seconds_an_epoch(size: Size) -> float:
    """The median over some epochs, with default settings."""
    forecaster = IMVForecaster(TARGET, lookback=size.lookback, max_epochs=1 + EPOCHS)
    ends: list[float] = []
    forecaster.fit(
        made_up_table(size.rows, size.variables),
        on_epoch=lambda _: ends.append(time.perf_counter()),
    )
    return statistics.median(end - start for start, end in pairwise(ends))


def doubled(base: Size, what: str) -> list[Size]:
    """The base, and one of its numbers doubled, doubled again ..."""
    return [replace(base, **{what: getattr(base, what) * 2**k}) for k in range(DOUBLINGS + 1)]


def lines(what: str, sizes: list[Size], seconds: list[float]) -> list[list[str]]:
    """The cells of the rows of what was doubled."""
    ratios = ["", *(f"{b / a:.2f}" for a, b in pairwise(seconds))]
    return [
        [what, *(f"{n:,}" for n in (size.rows, size.lookback, size.variables)), f"{s:.2f}", ratio]
        for size, s, ratio in zip(sizes, seconds, ratios, strict=True)
    ]


def main() -> None:
    """Print the table, a block as soon as it is measured."""
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
        for cells in lines(what, sizes, [seconds_an_epoch(size) for size in sizes]):
            print(machine.row(cells), flush=True)


if __name__ == "__main__":
    main()
