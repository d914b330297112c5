"""Measure the memory of fit, predict and explain above that of the table.

Each runs in its own process, after all imports and with the table built; measured is the rise of
the process's peak (Linux).
"""

import argparse
import itertools
import resource
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import sklearn  # noqa: F401 (what is imported before the measurement is not counted)

from benchmarks import machine
from benchmarks.made_up import TARGET, made_up_table
from imv_core import IMVForecaster, Table

ROWS, VARIABLES, LOOKBACK = 1_000_000, 20, 48
BATCHES = 200  # of the first epoch; all need the same memory
LIMIT = 1.5  # GB above the table


class Cost(NamedTuple):
    """Memory of one task; a GB is 1e9 bytes."""

    table: float  # GB of the table's values
    above: float  # GB above the process with the table
    seconds: float


def fit(table: Table, model: Path) -> None:
    """Train with default settings for 200 batches, and keep the model."""
    batches = itertools.count(1)
    forecaster = IMVForecaster(TARGET, lookback=LOOKBACK)
    forecaster.fit(table, on_batch=lambda _: next(batches) >= BATCHES).save(model)


def predict(table: Table, model: Path) -> None:
    """Forecast all rows."""
    IMVForecaster.load(model).predict(table, part="all")


def explain(table: Table, model: Path) -> None:
    """Explain all rows, with both importances."""
    explanation = IMVForecaster.load(model).explain(table, part="all")
    explanation.variable_importance, explanation.temporal_importance  # noqa: B018 (made on demand)


TASKS = {"fit": fit, "predict": predict, "explain": explain}


def measure(task: str, rows: int, model: Path) -> Cost:
    """Run a task in this process, which should be new."""
    table = made_up_table(rows, VARIABLES)
    before, start = _peak(), time.perf_counter()
    TASKS[task](table, model)
    seconds = time.perf_counter() - start
    return Cost(table.frame.to_numpy().nbytes / 1e9, (_peak() - before) / 1e9, seconds)


def in_fresh_process(task: str, rows: int, model: Path) -> Cost:
    """Measure in a new process.

    On Linux a process inherits its parent's peak, and memory below that peak is not measured. So
    call this after the imports of the child, and before any computation.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measure, task, rows, model).result()


def _peak() -> int:
    """Return the peak memory of this process in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024  # KiB on Linux


def main() -> None:
    """Print the table, each row as soon as it is measured."""
    parser = argparse.ArgumentParser(prog="benchmarks.memory", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    rows = parser.parse_args().rows
    names = ("task", "table, GB", "above the table, GB", "limit, GB", "seconds")
    print(f"{machine.describe()}\n\n{rows:,} rows, {VARIABLES} variables, lookback {LOOKBACK}\n")
    print(machine.header(names), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "model.imv"
        for task in TASKS:
            cost = in_fresh_process(task, rows, model)
            cells = (f"{cost.table:.2f}", f"{cost.above:.2f}", f"<= {LIMIT:g}")
            print(machine.row((task, *cells, f"{cost.seconds:.0f}")), flush=True)


if __name__ == "__main__":
    main()
