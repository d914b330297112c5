"""Time a training beside busy processes: with PyTorch's number of threads, and with ours.

Meanwhile one process per core runs an endless loop. Both trainings are the same and take turns, in
a new random order every round.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from unittest.mock import patch

from benchmarks import machine
from benchmarks.made_up import TARGET, made_up_table
from imv_core import IMVForecaster, Table, forecaster

VARIABLES = 8
# ends when its parent process ends
SPIN = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: pass"


@contextmanager
def busy(processes: int) -> Iterator[None]:
    """Keep a number of cores busy, one process per core."""
    spinning = [subprocess.Popen([sys.executable, "-c", SPIN]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.wait()


def seconds_to_fit(table: Table, epochs: int, is_limited: bool) -> float:
    """Return the seconds of a training with default settings.

    Args:
        table: to train on.
        epochs: maximum.
        is_limited: threads are chosen by shape; otherwise by PyTorch and NumPy.
    """
    way = nullcontext() if is_limited else patch.object(forecaster, "limited", nullcontext)
    with way:
        start = time.perf_counter()
        IMVForecaster(TARGET, max_epochs=epochs, device="cpu").fit(table)
        return time.perf_counter() - start


def measure(table: Table, epochs: int, rounds: int) -> dict[bool, list[float]]:
    """Return the seconds of each round: without limits (False) and with limits (True)."""
    seconds: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(rounds):
        for is_limited in random.sample([False, True], 2):
            seconds[is_limited].append(seconds_to_fit(table, epochs, is_limited))
    return seconds


def line(beside: str, seconds: dict[bool, list[float]]) -> list[str]:
    """Return a row of the table: medians, and the median ratio per round."""
    own, ours = (statistics.median(seconds[is_limited]) for is_limited in (False, True))
    ratio = statistics.median(b / a for a, b in zip(seconds[False], seconds[True], strict=True))
    return [beside, f"{own:.1f}", f"{ours:.1f}", f"{ratio:.2f}"]


def main() -> None:
    """Print seconds and their ratios, without and with busy processes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=500)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    table, cores = made_up_table(options.rows, VARIABLES), os.cpu_count() or 1
    counted = f"{options.epochs} epoch" + ("s" if options.epochs > 1 else "")
    print(f"{machine.describe()}\n")
    print(f"{options.rows:,} rows, {VARIABLES} variables, {counted}\n")
    print(machine.header(["beside", "own threads, s", "chosen by shape, s", "ratio"]))
    for processes in (0, cores):
        with busy(processes):
            seconds = measure(table, options.epochs, options.rounds)
        beside = f"{processes} busy processes" if processes else "no busy processes"
        print(machine.row(line(beside, seconds)), flush=True)


if __name__ == "__main__":
    main()
