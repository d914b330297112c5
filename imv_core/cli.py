"""The shell: train, forecast, explain, score, check, report.

Progress on stderr, results on stdout or in files. Data is a file of text, an Excel workbook or
Parquet; see `read_table`.
"""

import argparse
import importlib
import shlex
import sys
from pathlib import Path

import pandas as pd

from imv_core import bars, job
from imv_core.cells import CELLS
from imv_core.csv_output import write_csv
from imv_core.errors import ImvError, NoWindowError, RunError
from imv_core.faithfulness.trust_report import TrustReport
from imv_core.forecaster import IMVForecaster
from imv_core.model import ATTENTIONS
from imv_core.objectives import OBJECTIVES
from imv_core.runs import Run
from imv_core.scaling import FILLS
from imv_core.settings import PREDICTIONS, Settings
from imv_core.table import Table, read_table
from imv_core.termination import EXIT_CODE, Terminated, terminable
from imv_core.windows import PARTS
from imv_core.works import Kind


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 done, 1 cannot be done (one sentence on stderr), 2 wrong usage.

    143 where the system asked for its end.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        with terminable():
            options.command(options)
    except BrokenPipeError:
        sys.stdout = None  # whoever read has enough
        return 0
    except KeyboardInterrupt as error:
        print("error: It was interrupted.", file=sys.stderr)
        return EXIT_CODE if isinstance(error, Terminated) else 1
    except ImvError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: '{error.filename}': {error.strerror}.", file=sys.stderr)
        return 1
    return 0


def _train(options: argparse.Namespace) -> None:
    table = read_table(options.data, time=options.time)
    settings = Settings(
        target=options.target,
        variables=tuple(options.variables) if options.variables else None,
        lookback=options.lookback,
        horizon=options.horizon,
        cell=options.cell,
        attention=options.attention,
        objective=options.objective,
        predict=options.predict,
        hidden_size=options.hidden_size,
        max_epochs=options.epochs,
        seed=options.seed,
        seeds=options.seeds,
        fill=options.fill,
    )
    run = _new_or_same_run(options.out, settings, table)
    if run.status.state == "finished":
        print(f"'{run.path}' is trained already.", file=sys.stderr)
    else:
        run.withdraw_stop()  # whoever gives the command wants it trained
        bars.train(run)
    print(_score_lines(run.forecaster().score(table)))
    if run.trust is None:
        time = ["--time", options.time] if options.time else []
        command = shlex.join(["check", options.out, options.data, *time])
        print(f"How far to believe its explanation: python -m imv_core {command}", file=sys.stderr)


def _new_or_same_run(folder: str, settings: Settings, table: Table) -> Run:
    if not (Path(folder) / "config.json").exists():
        return Run.create(folder, settings, table)
    run = Run(folder)
    if not run.is_of(settings, table):
        raise RunError(
            f"'{folder}' holds a run with other settings or data; choose another folder."
        )
    return run


def _forecast(options: argparse.Namespace) -> None:
    forecaster, table = _model(options.run), read_table(options.data, time=options.time)
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
    forecaster, table = _model(options.run), read_table(options.data, time=options.time)
    explanation = forecaster.explain(table, options.part)
    if options.output:
        _need_folder(options.output)
        with Path(options.output).open("w", encoding="utf-8", newline="") as file:
            explanation.write_csv(file)
        return
    summary = explanation.summary.join(explanation.temporal_importance.add_prefix("lag_"))
    _write(summary.reset_index(), None)


def _score(options: argparse.Namespace) -> None:
    forecaster, table = _model(options.run), read_table(options.data, time=options.time)
    print(_score_lines(forecaster.score(table, options.part, options.level)))


def _check(options: argparse.Namespace) -> None:
    if options.output:
        _need_folder(options.output)
    report = _checked(options.run, read_table(options.data, time=options.time), options.siblings)
    print(report.sentence)
    if options.output:
        _write(report.summary(), options.output)
        return
    for check in report.checks:
        print(f"\n{check.verdict.upper()}: {check.title}\n{check.sentence}")


def _checked(path: str, table: Table, siblings: int) -> TrustReport:
    """Kept in the run, where these are its model and its table."""
    forecaster = _model(path)
    with bars.checks() as tell:
        if not Path(path).is_dir() or Run(path).config.table_fingerprint != table.fingerprint:
            return forecaster.check(table, siblings=siblings, on_progress=tell)
        Run(path).work(Kind.CHECKS).withdraw_stop()  # whoever gives the command wants it checked
        return job.check(path, tell, siblings)


def _report(options: argparse.Namespace) -> None:
    forecaster, table = _model(options.run), read_table(options.data, time=options.time)
    _need_folder(options.output)
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
    if path is not None:
        _need_folder(path)
    write_csv(frame, sys.stdout if path is None else path, "%.10g")


def _need_folder(path: str) -> None:
    if not Path(path).parent.is_dir():
        raise RunError(f"There is no folder '{Path(path).parent}' to write to. Make it first.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m imv_core", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    data = argparse.ArgumentParser(add_help=False)
    data.add_argument("data", metavar="DATA", help="CSV, TSV, Excel or Parquet file")
    data.add_argument("--time", help="the column with the time (default: it is found)")
    model = argparse.ArgumentParser(add_help=False)
    model.add_argument("run", metavar="RUN", help="a run's folder, or a model file")
    interval = argparse.ArgumentParser(add_help=False)
    interval.add_argument("--level", type=float, default=0.9, help="of the intervals (0.9)")

    command = commands.add_parser("train", parents=[data], help="train a model, or go on with it")
    command.set_defaults(command=_train)
    command.add_argument("--target", required=True, help="the column to forecast")
    command.add_argument("--out", required=True, metavar="RUN", help="the folder to write")
    command.add_argument("--variables", nargs="+", help="columns to forecast from (all usable)")
    for flag, default, text in (
        ("lookback", Settings.lookback, "rows that a forecast sees"),
        ("horizon", Settings.horizon, "steps to forecast"),
        ("hidden-size", Settings.hidden_size, "units a variable"),
        ("epochs", Settings.max_epochs, "epochs at most"),
        ("seed", Settings.seed, "the same gives the same numbers"),
        ("seeds", Settings.seeds, "models trained side by side; their mean is the forecast"),
    ):
        command.add_argument(f"--{flag}", type=int, default=default, help=f"{text} ({default})")
    for flag, usual, choices in (
        ("cell", Settings.cell, CELLS),
        ("attention", Settings.attention, ATTENTIONS),
        ("objective", Settings.objective, OBJECTIVES),
        ("predict", Settings.predict, PREDICTIONS),
        ("fill", Settings.fill, FILLS),
    ):
        command.add_argument(f"--{flag}", default=usual, choices=choices, help=f"({usual})")

    command = commands.add_parser(
        "forecast", parents=[model, data, interval], help="forecasts with intervals, as CSV"
    )
    command.set_defaults(command=_forecast)
    command.add_argument("--part", choices=PARTS, help="(the test part and the future)")
    command.add_argument("-o", "--output", help="CSV file (stdout)")

    command = commands.add_parser("explain", parents=[model, data], help="importances, as CSV")
    command.set_defaults(command=_explain)
    command.add_argument("--part", choices=PARTS, default="test", help="(test)")
    command.add_argument(
        "-o", "--output", help="CSV file for every window's attention (a summary on stdout)"
    )

    command = commands.add_parser(
        "score", parents=[model, data, interval], help="errors beside those of simple forecasts"
    )
    command.set_defaults(command=_score)
    command.add_argument("--part", choices=PARTS[:4], default="test", help="(test)")

    command = commands.add_parser(
        "check", parents=[model, data], help="whether its explanation can be believed"
    )
    command.set_defaults(command=_check)
    command.add_argument("-o", "--output", help="CSV file for the table of checks (stdout)")
    command.add_argument(
        "--siblings",
        type=int,
        default=0,
        help="further seeds to train, to see what another training calls important (0)",
    )

    command = commands.add_parser(
        "report", parents=[model, data], help="everything in one HTML file that opens offline"
    )
    command.set_defaults(command=_report)
    command.add_argument("-o", "--output", default="report.html", help="(report.html)")
    return parser
