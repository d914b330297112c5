"""Independent trials, each done once: in processes of one thread, kept in a log, gone on with.

A trial is plain JSON that says all that is done, with the model's settings in full: after a default
has changed it is another trial. A line of the log holds a trial and its result. The code is not
part of a trial: after a change to it, begin a new log.
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
    """The options that all studies share."""
    parser = argparse.ArgumentParser(description=doc.split("\n", maxsplit=1)[0])
    parser.add_argument("--log", type=Path, help="keep results here; a rerun skips what is there")
    parser.add_argument("--jobs", type=int, default=1, help="trainings at once, a thread each")
    parser.add_argument(
        "--quick", action="store_true", help="few rows and epochs: shows only that it runs"
    )
    return parser


class Log:
    """Results by trial, on disk as they come where there is a path."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._results: dict[str, Result] = {}
        if path is None or not path.exists():
            return
        text = path.read_text(encoding="utf-8")
        for line in text.splitlines():
            try:
                entry = json.loads(line)
            except json.JSONDecodeError:  # a kill cut it off
                continue
            self._results[_key(entry["trial"])] = entry["result"]
        if text and not text.endswith("\n"):
            self._append("\n")

    def __contains__(self, trial: Trial) -> bool:
        return _key(trial) in self._results

    def __getitem__(self, trial: Trial) -> Result:
        return self._results[_key(trial)]

    def keep(self, trial: Trial, result: Result) -> None:
        """Remember a result, and write it down."""
        self._results[_key(trial)] = result
        self._append(json.dumps({"trial": trial, "result": result}) + "\n")

    def _append(self, text: str) -> None:
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(text)


def _key(trial: Trial) -> str:
    return json.dumps(trial, sort_keys=True)


def processes(jobs: int) -> Executor:
    """New processes of one thread each: two that spin on two cores crawl."""
    os.environ["OMP_NUM_THREADS"] = "1"  # read by each as it starts
    return ProcessPoolExecutor(
        jobs,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=torch.set_num_threads,
        initargs=(1,),
    )


def run(
    run_trial: Callable[[Trial], Result], trials: Sequence[Trial], log: Log, pool: Executor
) -> list[Result]:
    """Do what the log does not have yet, each trial once; results in the order of `trials`.

    Args:
        run_trial: a function of an importable module.
        trials: what to do.
        log: what is done; every result is added as it comes.
        pool: where to do it.

    Raises:
        BaseExceptionGroup: what went wrong, after all other trials are done and kept.
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
    finally:  # Ctrl-C: what has not begun need not
        for future in futures:
            future.cancel()
    if failures:
        raise BaseExceptionGroup(f"{len(failures)} of {len(futures)} trials failed.", failures)
    return [log[trial] for trial in trials]
