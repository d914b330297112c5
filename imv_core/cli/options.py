"""The commands and options of the shell, declared once; `parse` reads a command line."""

import argparse
import importlib
import sys
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import NamedTuple

from imv_core.compute import DEVICES
from imv_core.forecasting.intervals import DEFAULT_LEVEL
from imv_core.model.cells import CELLS
from imv_core.model.decomposition import EXPLAINED
from imv_core.model.imv_lstm import ATTENTIONS
from imv_core.model.objectives import OBJECTIVES
from imv_core.tables.findings import REPEATED
from imv_core.tables.resampling import SUMMARIES
from imv_core.training.settings import PREDICTIONS, Settings, presets
from imv_core.windows.scaling import FILLS
from imv_core.windows.split import PARTS


class Option(NamedTuple):
    """An option, by the name that it has in Python."""

    name: str
    text: str
    choices: Iterable[str] | None = None
    metavar: str | None = None


READING = (
    Option("time", "column with the times (found by itself)", metavar="COLUMN"),
    Option("sheet", "sheet of a workbook (the first with a table)"),
    Option("repeated", "which of rows with the same time to keep (last)", REPEATED),
    Option("resample", "make one row per STEP: h, D, W-MON, MS, ...", metavar="STEP"),
    Option("summary", "what numbers become in a resampled row (mean)", SUMMARIES),
)
SPLIT = (
    Option("fill", "what missing inputs take", FILLS),
    Option("train_share", "share of the rows to learn from"),
    Option("validation_share", "share that chooses the best epoch; the rest is the test part"),
)
MODEL = (
    Option("lookback", "rows that a forecast sees"),
    Option("horizon", "steps to forecast"),
    Option("predict", "what of the target is forecast", PREDICTIONS),
    Option("cell", "keep variables apart, or let the gates see all", CELLS),
    Option("attention", "what is attended to", ATTENTIONS),
    Option("hidden_size", "hidden units per variable"),
)
TRAINING = (
    Option("objective", "what training makes small", OBJECTIVES),
    Option("max_epochs", "epochs at most"),
    Option("patience", "epochs without a gain that end it"),
    Option("batch_size", "windows per batch"),
    Option("learning_rate", "the highest of the training"),
    Option("seed", "the same gives the same numbers"),
    Option("seeds", "models trained side by side; their mean is the forecast"),
    Option("device", "where to train", DEVICES),
)
FLAGS = {"max_epochs": "epochs"}  # others are called as in Python
UNSET = {"batch_size": "by the number of windows"}


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read a command line; SystemExit after a help, or with 2 where it is used wrongly."""
    shell = parser()
    options = shell.parse_args(arguments)
    if options.summary is not None and options.resample is None:
        shell.error("argument --summary: it needs --resample")
    return options


def program() -> str:
    """How the shell was called: as an installed command, or as a module."""
    return "imv" if Path(sys.argv[0]).stem == "imv" else "python -m imv_core"


def settings_from(options: argparse.Namespace) -> Settings:
    """The settings of a training: what is given, over a preset, over the defaults."""
    preset = presets()[options.preset].values if options.preset else {}
    given = {f.name: getattr(options, f.name) for f in fields(Settings) if f.name in options}
    if "variables" in given:
        given["variables"] = tuple(given["variables"])
    return Settings(**{**preset, **given})


def reading_arguments(options: argparse.Namespace) -> list[str]:
    """What makes another command read the same data alike."""
    words = list(options.data)
    for option in READING:
        value = getattr(options, option.name)
        if value is not None:
            words += [f"--{option.name}", value]
    return words


def parser() -> argparse.ArgumentParser:
    """All commands, each with its options in groups."""
    shell = argparse.ArgumentParser(
        prog=program(),
        description="Forecast a table's column with an IMV-LSTM, and see what drives it. Results "
        "go to stdout or a file; progress, and what was found in the data, to stderr.",
        epilog=f"Options of a command: {program()} COMMAND --help",
    )
    version = importlib.import_module("imv_core").__version__  # by name: it has no layer
    shell.add_argument("--version", action="version", version=f"imv {version}")
    commands = shell.add_subparsers(
        title="commands", required=True, metavar="COMMAND", dest="command"
    )

    def add(name: str, subject: str, text: str) -> argparse.ArgumentParser:
        usage = f"{program()} {name} {subject} [options]"
        return commands.add_parser(
            name, help=text, description=f"{text[0].upper()}{text[1:]}.", usage=usage
        )

    model = "RUN DATA [DATA ...]"
    text = "train a model, or go on with it"
    _add_train(add("train", "DATA [DATA ...] --target COLUMN --out RUN", text))

    command = add("forecast", model, "write forecasts with intervals, as CSV")
    _add_subject(command)
    _add_result(command, "CSV file (stdout)", PARTS, "test part and future", level=True)

    command = add("explain", model, "write importances, as CSV")
    _add_subject(command)
    text = "CSV file for every window's attention and contributions (a summary on stdout)"
    result = _add_result(command, text, PARTS, "test")
    text = "what is explained: the forecast, or its change since the last value (forecast)"
    result.add_argument("--of", choices=EXPLAINED, default=EXPLAINED[0], help=text)

    command = add("score", model, "print errors beside those of simple forecasts")
    _add_subject(command)
    _add_result(command, None, PARTS[:4], "test", level=True)

    command = add("check", model, "say whether its explanation can be believed")
    _add_subject(command)
    result = _add_result(command, "CSV file for the table of checks (stdout)")
    text = "further seeds to train, to see what another training calls important (0)"
    result.add_argument("--siblings", type=int, default=0, metavar="N", help=text)

    command = add("report", model, "write one HTML file that opens offline")
    _add_subject(command)
    _add_result(command, "HTML file (report.html)").set_defaults(output="report.html")
    return shell


def _add_train(command: argparse.ArgumentParser) -> None:
    data = _add_data(command)
    data.add_argument("--target", required=True, metavar="COLUMN", help="column to forecast")
    for flag, text in (
        ("variables", "columns to forecast from (all usable, the target's own past too)"),
        ("leave-out", "columns not to forecast from; the target: without its own past"),
    ):
        default = argparse.SUPPRESS if flag == "variables" else ()
        data.add_argument(f"--{flag}", nargs="+", default=default, metavar="COLUMN", help=text)
    _add_settings(data, SPLIT)
    _add_settings(command.add_argument_group("model"), MODEL)
    training = command.add_argument_group("training")
    lines = [f"{key}: {preset.line}" for key, preset in presets().items()]
    text = f"settings chosen as a whole; those given beside it come on top. {' '.join(lines)}"
    training.add_argument("--preset", choices=presets(), help=text)
    _add_settings(training, TRAINING)
    run = command.add_argument_group("run")
    run.add_argument("--out", required=True, type=_path, metavar="RUN", help="folder to write")
    run.add_argument("--name", default="", help="what to call it (by target and data)")


def _add_subject(command: argparse.ArgumentParser) -> None:
    model = command.add_argument_group("model")
    model.add_argument("run", type=_path, metavar="RUN", help="a run's folder, or a model file")
    _add_data(command)


def _add_data(command: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    text = "tell every remark on the data, and where an unexpected error arose"
    command.add_argument("-v", "--verbose", action="store_true", help=text)
    data = command.add_argument_group("data")
    text = "CSV, TSV, Excel or Parquet file; several of the same columns become one table"
    data.add_argument("data", nargs="+", type=_path, metavar="DATA", help=text)
    for option in READING:
        data.add_argument(
            f"--{option.name}", choices=option.choices, metavar=option.metavar, help=option.text
        )
    return data


def _add_settings(group: argparse._ArgumentGroup, options: Iterable[Option]) -> None:
    """Options whose type and default are those of a setting; absent where they are not given."""
    for option in options:
        default = getattr(Settings, option.name)
        usual = UNSET.get(option.name, default)
        kind = int if default is None else type(default)
        group.add_argument(
            f"--{FLAGS.get(option.name, option.name).replace('_', '-')}",
            dest=option.name,
            type=kind,
            choices=option.choices,
            metavar=None if option.choices else {int: "N", float: "X"}[kind],
            default=argparse.SUPPRESS,
            help=f"{option.text} ({usual})",
        )


def _add_result(
    command: argparse.ArgumentParser,
    output: str | None,
    parts: Iterable[str] | None = None,
    part: str = "",
    level: bool = False,
) -> argparse._ArgumentGroup:
    """What is made, and where it goes.

    Args:
        command: to add them to.
        output: what the file is; None: there is none.
        parts: of the table; None: there is no choice.
        part: the usual one.
        level: intervals have one.
    """
    result = command.add_argument_group("result")
    if parts:
        usual = part if part in parts else None
        result.add_argument("--part", choices=parts, default=usual, help=f"rows ({part})")
    if level:
        text = f"share of true values that intervals should hold ({DEFAULT_LEVEL:g})"
        result.add_argument("--level", type=float, default=DEFAULT_LEVEL, metavar="X", help=text)
    if output:
        result.add_argument("-o", "--output", type=_path, metavar="FILE", help=output)
    return result


def _path(text: str) -> str:
    """A path; a variable of the shell that is not set gives an empty one."""
    if not text:
        raise argparse.ArgumentTypeError("the path is empty")
    return text
