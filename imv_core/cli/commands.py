"""Run the shell's commands: train, forecast, explain, score, check, report.

Results go to stdout or files; progress, warnings and errors to stderr.
"""

import argparse
import importlib
import io
import shlex
import sys
import warnings
from pathlib import Path

import pandas as pd
import torch

from imv_core.cli import output
from imv_core.cli.options import parse, program, reading_arguments, settings_from
from imv_core.cli.output import (
    check_output,
    leave_out,
    one_line,
    print_line,
    read,
    warn_of_variables,
)
from imv_core.csv_output import write_csv
from imv_core.errors import ImvError, NoWindowError, RunError
from imv_core.faithfulness.report import TrustReport
from imv_core.forecaster import IMVForecaster
from imv_core.runs import worker
from imv_core.runs.run import Run
from imv_core.runs.task import TaskKind
from imv_core.runs.termination import EXIT_CODE, Terminated, terminable
from imv_core.tables.table import Table
from imv_core.training.settings import Settings
from imv_core.windows.split import Part

MEMORY_ERRORS = (MemoryError, torch.OutOfMemoryError)


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code.

    0: done. 1: failed or interrupted, with one sentence on stderr. 2: wrong usage. 143: ended by
    SIGTERM. An unexpected error also gives one sentence; with --verbose, its traceback.
    """
    options = parse(arguments)
    _prepare_streams()
    try:
        with warnings.catch_warnings(), terminable():
            if not (options.verbose or sys.warnoptions):
                warnings.simplefilter("ignore")  # they are for programmers
            COMMANDS[options.command](options)
        print(end="", flush=True)  # if the disk is full or the pipe closed, raise now
    except BrokenPipeError:
        sys.stdout = None  # the program that reads it has closed it
        return 0
    except Exception as error:
        if options.verbose and not isinstance(error, (ImvError, OSError, *MEMORY_ERRORS)):
            raise
        if isinstance(error, OSError) and error.filename is None:
            sys.stdout = None  # else writing fails again at exit
        print_line("error", _sentence(error))
        return 1
    except KeyboardInterrupt as error:
        print_line("error", "It was interrupted.")
        return EXIT_CODE if isinstance(error, Terminated) else 1
    return 0


def _prepare_streams() -> None:
    """Let a command go on where a letter cannot be encoded, or stderr is closed."""
    if sys.stderr is None:  # `2>&-`: messages must not go to stdout
        sys.stderr = io.StringIO()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _sentence(error: Exception) -> str:
    """Return an error as one sentence for a user."""
    if isinstance(error, ImvError):
        return str(error)
    if isinstance(error, MEMORY_ERRORS):
        return "The memory is not enough. Bring fewer rows or columns, or choose a smaller model."
    if isinstance(error, OSError):
        where = "" if error.filename is None else f"'{error.filename}': "
        return f"{where}{error.strerror or error}."
    message = str(error).strip().split("\n")[0].rstrip(".")
    return f"Unexpected: {type(error).__name__}: {message}. Add --verbose to see where it arose."


def _train(options: argparse.Namespace) -> None:
    table, settings = read(options), settings_from(options)
    if options.leave_out:
        settings = leave_out(settings, table, options.leave_out)
    run = _new_or_same_run(options, settings, table)
    warn_of_variables(table, settings, run.config.variables)
    if run.status.state == "finished":
        print(f"'{run.path}' is trained already.", file=sys.stderr)
    else:
        # this command overrides an earlier request to stop
        run.task(TaskKind.TRAINING).withdraw_stop()
        output.train(run)
    print(_score_lines(run.forecaster().score(table)))
    if run.trust is None:
        command = shlex.join(["check", options.out, *reading_arguments(options)])
        print(f"How far to believe its explanation: {program()} {command}", file=sys.stderr)


def _new_or_same_run(options: argparse.Namespace, settings: Settings, table: Table) -> Run:
    """Create a run in the folder, or continue one with the same settings and table."""
    folder, name = options.out, options.name
    if not (Path(folder) / "config.json").exists():
        return Run.create(folder, settings, table, name)
    run = Run(folder)
    if not run.matches(settings, table):
        raise RunError(
            f"'{folder}' holds a run with other settings or data; choose another folder."
        )
    if name:
        run.rename(name)
    return run


def _forecast(options: argparse.Namespace) -> None:
    check_output(options)
    forecaster, table = _model(options.run), read(options)
    parts = [options.part] if options.part else [Part.TEST, Part.FUTURE]
    frames = []
    for part in parts:
        try:
            frames.append(forecaster.predict(table, part, options.level))
        except NoWindowError:
            if part != Part.TEST or options.part:  # a table of new rows may have no test part
                raise
    _write(pd.concat(frames), options.output)


def _explain(options: argparse.Namespace) -> None:
    check_output(options)
    forecaster, table = _model(options.run), read(options)
    explanation = forecaster.explain(table, options.part, options.of)
    if options.output:
        with Path(options.output).open("w", encoding="utf-8", newline="") as file:
            explanation.write_csv(file)
        return
    summary = explanation.summary.join(explanation.temporal_importance.add_prefix("lag_"))
    _write(summary.reset_index(), None)


def _score(options: argparse.Namespace) -> None:
    forecaster, table = _model(options.run), read(options)
    print(_score_lines(forecaster.score(table, options.part, options.level)))


def _check(options: argparse.Namespace) -> None:
    check_output(options)
    report = _checked(options)
    print(one_line(report.sentence))
    if options.output:
        _write(report.summary(), options.output)
        return
    for check in report.checks:
        print(f"\n{check.verdict.upper()}: {check.title}\n{one_line(check.sentence)}")


def _checked(options: argparse.Namespace) -> TrustReport:
    """Check a model; if model and table are those of a run, store the results in the run."""
    path, siblings = options.run, options.siblings
    forecaster, table = _model(path), read(options)
    with output.checks() as report_progress:
        if not Path(path).is_dir() or Run(path).config.table_fingerprint != table.fingerprint:
            return forecaster.check(table, siblings=siblings, on_progress=report_progress)
        # this command overrides an earlier request to stop
        Run(path).task(TaskKind.CHECKS).withdraw_stop()
        return worker.check(path, report_progress, siblings)


def _report(options: argparse.Namespace) -> None:
    check_output(options)
    forecaster, table = _model(options.run), read(options)
    try:
        # imported only here, as the core also works without the dashboard
        report = importlib.import_module("dashboard.report")
    except ModuleNotFoundError as error:
        raise RunError(
            f"A report needs the dashboard and what it is made of, and '{error.name}' is not "
            "installed. Install what requirements.txt lists."
        ) from error
    run = Run(options.run) if Path(options.run).is_dir() else None
    if run and run.config.table_fingerprint == table.fingerprint:  # then use what its pages show
        explanation, trust = run.explanation(forecaster, table), run.trust
    else:
        explanation, trust = forecaster.explain(table), None
    report.write(forecaster, table, explanation, Path(options.output), trust)


def _score_lines(scores: "pd.Series[float]") -> str:
    return "\n".join(f"{name}: {value:.6g}" for name, value in scores.items())


def _model(path: str) -> IMVForecaster:
    """Load the model of a run's folder, or a model file."""
    if not Path(path).exists():
        raise RunError(f"There is no run or model file '{path}'. Train one, or check the path.")
    return Run(path).forecaster() if Path(path).is_dir() else IMVForecaster.load(path)


def _write(frame: pd.DataFrame, path: str | None) -> None:
    write_csv(frame, sys.stdout if path is None else path, "%.10g")


COMMANDS = {
    "train": _train,
    "forecast": _forecast,
    "explain": _explain,
    "score": _score,
    "check": _check,
    "report": _report,
}
