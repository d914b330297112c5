"""Read the data of a command, print findings and progress on stderr, and protect input files."""

import argparse
import errno
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from imv_core.errors import RunError
from imv_core.forecaster import IMVForecaster
from imv_core.phrases import listed
from imv_core.runs import worker
from imv_core.runs.run import Run
from imv_core.runs.termination import raise_pending
from imv_core.tables.findings import Finding
from imv_core.tables.leakage import find_leakage
from imv_core.tables.resampling import resample
from imv_core.tables.table import Table, read_table
from imv_core.training.history import EpochRecord
from imv_core.training.preparation import need_columns
from imv_core.training.settings import Settings


def read(options: argparse.Namespace) -> Table:
    """Read the table that the options name, and print its findings."""
    files = options.data
    table = read_table(
        files if len(files) > 1 else files[0],
        time=options.time,
        sheet=options.sheet,
        repeated=options.repeated or "last",
    )
    if options.resample is not None:
        table = resample(table, options.resample, options.summary or "mean")
    print_findings(table.findings, options.verbose)
    return table


def leave_out(settings: Settings, table: Table, names: Iterable[str]) -> Settings:
    """Return the settings without these columns among the variables."""
    need_columns(table, names)
    variables = IMVForecaster.from_settings(settings).validate(table)
    return replace(settings, variables=tuple(v for v in variables if v not in set(names)))


def warn_of_variables(table: Table, settings: Settings, variables: tuple[str, ...]) -> None:
    """Warn of variables that may leak the target, and of constant columns that are left out."""
    print_findings(
        finding
        for finding in find_leakage(table, settings.target)
        if not {settings.target, *variables}.isdisjoint(finding.columns)
    )
    constant = [v for v in table.usable if v not in variables]
    if settings.variables is None and constant:
        text = f"What does not change in the training part is left out: {listed(constant)}."
        print_findings([Finding("constant", tuple(constant), text, warning=True)])


def print_findings(findings: Iterable[Finding], verbose: bool = False) -> None:
    """Print warnings, and with `verbose` notes too, each on one line of stderr."""
    for finding in findings:
        if finding.warning or verbose:
            print_line("warning" if finding.warning else "note", finding.text)


def print_line(kind: str, text: str) -> None:
    """Print one line on stderr."""
    print(f"{kind}: {one_line(text)}", file=sys.stderr)


def one_line(text: str) -> str:
    """Return a text without line breaks and terminal controls, which names in files may have."""
    return " ".join("".join(c if c.isprintable() or c.isspace() else "�" for c in text).split())


def check_output(options: argparse.Namespace) -> None:
    """Refuse a file that cannot be written, before the work, and never overwrite an input file.

    Raises:
        RunError, OSError: the result cannot be written there.
    """
    if options.output is None:
        return
    path = Path(options.output)
    if not path.parent.is_dir():
        raise RunError(f"There is no folder '{path.parent}' to write to. Make it first.")
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), options.output)
    if path.exists() and any(file.exists() and path.samefile(file) for file in _inputs(options)):
        raise RunError(f"'{path}' is read by this command. Choose another file to write.")


def _inputs(options: argparse.Namespace) -> list[Path]:
    """Return the files that a result must not replace."""
    run, data = Path(options.run), [Path(file) for file in options.data]
    if not run.is_dir():
        return [run, *data]
    # results of an earlier command may be replaced
    return [*data, *(file for file in run.iterdir() if file.suffix not in (".csv", ".html"))]


FORMAT = "{desc} {percentage:3.0f}%|{bar}| {elapsed}<{remaining}{postfix}"


def train(run: Run) -> None:
    """Train a run; Ctrl-C stops it and keeps the best epoch so far."""
    is_interrupted = False

    def on_interrupt(*_: Any) -> None:
        nonlocal is_interrupted
        is_interrupted = True

    handler = signal.signal(signal.SIGINT, on_interrupt)
    max_epochs = run.config.settings.max_epochs
    done = len(run.history)
    with tqdm(total=max_epochs, desc="training", bar_format=FORMAT, initial=done) as bar:

        def on_batch(share: float) -> bool:
            raise_pending()
            bar.update(done + share - bar.n)
            return is_interrupted

        def on_epoch(record: EpochRecord) -> None:
            nonlocal done
            done = record.epoch
            bar.set_postfix(epoch=done, validation_loss=f"{record.validation_loss:.4f}")

        try:
            worker.train(run.path, on_epoch, on_batch)
        finally:
            signal.signal(signal.SIGINT, handler)


@contextmanager
def checks() -> Iterator[Callable[[float, str], None]]:
    """Give a function that reports the progress of checks; Ctrl-C ends them at once."""
    with ExitStack() as stack:
        bar: tqdm[Any] | None = None

        def report_progress(share: float, message: str) -> None:
            nonlocal bar
            raise_pending()
            if bar is None:  # not before, as the checks may fail at once
                bar = stack.enter_context(tqdm(total=1.0, desc="checking", bar_format=FORMAT))
            bar.set_postfix_str(message, refresh=False)
            bar.update(share - bar.n)

        yield report_progress
        report_progress(1.0, "")
