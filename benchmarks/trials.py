"""Run independent trials once each, in processes of one thread; a log keeps their results.

A trial is JSON with all its settings written out, so that it becomes another trial when a default
changes. A line of the log has a trial and its result. The code is not part of a trial: after a
change of the code, start a new log.
"""

import argparse
import json
import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import torch

Trial = dict[str, Any]
Result = dict[str, Any]


def parser(doc: str) -> argparse.ArgumentParser:
    """Return the options that all studies share."""
    parser = argparse.ArgumentParser(description=doc.split("\n", maxsplit=1)[0])
    parser.add_argument("--log", type=Path, help="keep results here; a rerun skips finished trials")
    parser.add_argument("--jobs", type=int, default=1, help="trainings at once, a thread each")
    parser.add_argument(
        "--quick", action="store_true", help="few rows and epochs, only to see that it runs"
    )
    return parser


class Log:
    """Results by trial; written to a file, if there is a path, as they arrive."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._results: dict[str, Result] = {}
        if path is None or not path.exists():
            return
        text = path.read_text(encoding="utf-8")
        for line in text.splitlines():
            try:
                entry = json.loads(line)
            except json.JSONDecodeError:  # a line that was cut off when the process was killed
                continue
            self._results[_key(entry["trial"])] = entry["result"]
        if text and not text.endswith("\n"):
            self._append("\n")

    def __contains__(self, trial: Trial) -> bool:
        return _key(trial) in self._results

    def __getitem__(self, trial: Trial) -> Result:
        return self._results[_key(trial)]

    def keep(self, trial: Trial, result: Result) -> None:
        """Store a result, and write it to the file."""
        self._results[_key(trial)] = result
        self._append(json.dumps({"trial": trial, "result": result}) + "\n")

    def _append(self, text: str) -> None:
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(text)


def _key(trial: Trial) -> str:
    return json.dumps(trial, sort_keys=True)


def processes(jobs: int) -> Executor:
    """Start processes of one thread each, as threads of several processes slow each other down."""
    os.environ["OMP_NUM_THREADS"] = "1"  # read when a process starts
    return ProcessPoolExecutor(
        jobs,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=torch.set_num_threads,
        initargs=(1,),
    )


def run(
    run_trial: Callable[[Trial], Result], trials: Sequence[Trial], log: Log, pool: Executor
) -> list[Result]:
    """Run the trials that the log does not have; return all results in the order of `trials`.

    Args:
        run_trial: a function of an importable module.
        trials: to run.
        log: of finished trials; every result is added as it arrives.
        pool: of processes.

    Raises:
        BaseExceptionGroup: errors of trials, after all other trials are finished and kept.
    """
    todo = {_key(trial): trial for trial in trials if trial not in log}.values()
    futures = {pool.submit(run_trial, trial): trial for trial in todo}
    failures: list[BaseException] = []
    try:
        for done, future in enumerate(as_completed(futures), start=1):
            error = future.exception()
            if error is None:
                log.keep(futures[future], future.result())
            else:
                failures.append(error)
            outcome = "failed" if error else "done"
            print(f"trial {done} of {len(futures)} {outcome}", file=sys.stderr, flush=True)
    finally:  # after Ctrl-C, do not start the others
        for future in futures:
            future.cancel()
    if failures:
        raise BaseExceptionGroup(f"{len(failures)} of {len(futures)} trials failed.", failures)
    return [log[trial] for trial in trials]
