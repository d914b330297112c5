"""The shell: train, forecast, explain, score, check, report.

Results on stdout or in files; progress, warnings and errors on stderr. Data is a file of text, an
Excel workbook or Parquet; see `read_table`. The options are declared in `cli_options`.
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

from imv_core.cli import bars
from imv_core.cli.messages import check_output, one_line, read, say, tell_of_variables, without
from imv_core.cli.options import parse, program, reading_arguments, settings_from
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

MEMORY_ERRORS = (MemoryError, torch.OutOfMemoryError)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 done, 1 cannot be done (one sentence on stderr), 2 wrong usage.

    143 where the system asked for its end. An error that nobody foresaw is one sentence too; with
    --verbose, its traceback.
    """
    options = parse(arguments)
    _prepare_streams()
    try:
        with warnings.catch_warnings(), terminable():
            if not (options.verbose or sys.warnoptions):
                warnings.simplefilter("ignore")  # of libraries, about lines of code
            COMMANDS[options.command](options)
        print(end="", flush=True)  # a full disk and a closed pipe show here, not after the end
    except BrokenPipeError:
        sys.stdout = None  # whoever read has enough
        return 0
    except Exception as error:
        if options.verbose and not isinstance(error, (ImvError, OSError, *MEMORY_ERRORS)):
            raise
        if isinstance(error, OSError) and error.filename is None:
            sys.stdout = None  # it would fail again at the end
        say("error", _sentence(error))
        return 1
    except KeyboardInterrupt as error:
        say("error", "It was interrupted.")
        return EXIT_CODE if isinstance(error, Terminated) else 1
    return 0


def _prepare_streams() -> None:
    """Let no letter that a terminal does not know, and no closed stream, end a command."""
    if sys.stderr is None:  # `2>&-`: what is told must not go among the results
        sys.stderr = io.StringIO()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _sentence(error: Exception) -> str:
    """What went wrong, for a user."""
    if isinstance(error, ImvError):
        return str(error)
    if isinstance(error, MEMORY_ERRORS):
        return "The memory is not enough. Bring fewer rows or columns, or choose a smaller model."
    if isinstance(error, OSError):
        where = "" if error.filename is None else f"'{error.filename}': "
        return f"{where}{error.strerror or error}."
    what = str(error).strip().split("\n")[0].rstrip(".")
    return f"Unexpected: {type(error).__name__}: {what}. Add --verbose to see where it arose."


def _train(options: argparse.Namespace) -> None:
    table, settings = read(options), settings_from(options)
    if options.leave_out:
        settings = without(settings, table, options.leave_out)
    run = _new_or_same_run(options, settings, table)
    tell_of_variables(table, settings, run.config.variables)
    if run.status.state == "finished":
        print(f"'{run.path}' is trained already.", file=sys.stderr)
    else:
        run.task(TaskKind.TRAINING).withdraw_stop()  # whoever gives the command wants it trained
        bars.train(run)
    print(_score_lines(run.forecaster().score(table)))
    if run.trust is None:
        command = shlex.join(["check", options.out, *reading_arguments(options)])
        print(f"How far to believe its explanation: {program()} {command}", file=sys.stderr)


def _new_or_same_run(options: argparse.Namespace, settings: Settings, table: Table) -> Run:
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
    parts = [options.part] if options.part else ["test", "future"]
    frames = []
    for part in parts:
        try:
            frames.append(forecaster.predict(table, part, options.level))
        except NoWindowError:
            if part != "test" or options.part:  # new rows alone may be too few to look back on
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
    """Kept in the run, where these are its model and its table."""
    path, siblings = options.run, options.siblings
    forecaster, table = _model(path), read(options)
    with bars.checks() as tell:
        if not Path(path).is_dir() or Run(path).config.table_fingerprint != table.fingerprint:
            return forecaster.check(table, siblings=siblings, on_progress=tell)
        Run(path).task(
            TaskKind.CHECKS
        ).withdraw_stop()  # whoever gives the command wants it checked
        return worker.check(path, tell, siblings)


def _report(options: argparse.Namespace) -> None:
    check_output(options)
    forecaster, table = _model(options.run), read(options)
    try:
        # by name: the core does without pages and figures, and works where they are not installed
        report = importlib.import_module("dashboard.report")
    except ModuleNotFoundError as error:
        raise RunError(
            f"A report needs the dashboard and what it is made of, and '{error.name}' is not "
            "installed. Install what requirements.txt lists."
        ) from error
    run = Run(options.run) if Path(options.run).is_dir() else None
    if run and run.config.table_fingerprint == table.fingerprint:  # as its pages show it
        explanation, trust = run.explanation(forecaster, table), run.trust
    else:
        explanation, trust = forecaster.explain(table), None
    report.write(forecaster, table, explanation, Path(options.output), trust)


def _score_lines(scores: "pd.Series[float]") -> str:
    return "\n".join(f"{name}: {value:.6g}" for name, value in scores.items())


def _model(path: str) -> IMVForecaster:
    """From the folder of a run, or from a model file."""
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
