"""Declare the commands and options of the shell; `parse` reads a command line.

The options of a training are made from the declarations of `Settings`. The parser is argparse:
typer reads one value per option, where `--variables` takes several, and the messages of tyro are
boxes of many lines.
"""

import argparse
import importlib
import sys
from collections.abc import Iterable, Sequence
from dataclasses import MISSING
from pathlib import Path
from typing import Any, NamedTuple

from imv_core.forecasting.intervals import DEFAULT_LEVEL
from imv_core.model.decomposition import Explained
from imv_core.named_choice import NamedChoice
from imv_core.tables.findings import REPEATED
from imv_core.tables.resampling import SUMMARIES
from imv_core.training.declaration import Declaration, Section, declared
from imv_core.training.presets import PRESETS
from imv_core.training.settings import Settings
from imv_core.windows.split import Part


class Option(NamedTuple):
    """An option to read data, by its name in Python."""

    name: str
    text: str
    choices: Iterable[str] | None = None
    metavar: str | None = None


READING = (
    Option("time", "column with the times (found automatically)", metavar="COLUMN"),
    Option("sheet", "sheet of a workbook (the first with a table)"),
    Option("repeated", "which of rows with the same time to keep (last)", REPEATED),
    Option("resample", "make one row per STEP: h, D, W-MON, MS, ...", metavar="STEP"),
    Option("summary", "summary of the numbers in a resampled row (mean)", SUMMARIES),
)
METAVARS = {int: "N", float: "X", str: "COLUMN", tuple: "COLUMN"}


def parse(
    arguments: Sequence[str] | None = None, settings: type[Settings] = Settings
) -> argparse.Namespace:
    """Read a command line; SystemExit after a help text, or with 2 if it is used wrongly."""
    shell = parser(settings)
    options = shell.parse_args(arguments)
    if options.summary is not None and options.resample is None:
        shell.error("argument --summary: it needs --resample")
    return options


def program() -> str:
    """Return the name that the shell was called by: an installed command, or a module."""
    return "imv" if Path(sys.argv[0]).stem == "imv" else "python -m imv_core"


def settings_from(options: argparse.Namespace, settings: type[Settings] = Settings) -> Settings:
    """Return the settings of a training: options over a preset over the defaults."""
    preset = PRESETS[options.preset].values if options.preset else {}
    given = {name: getattr(options, name) for name in declared(settings) if name in options}
    return settings(**{**preset, **given})


def reading_arguments(options: argparse.Namespace) -> list[str]:
    """Return the arguments by which another command reads the same data in the same way."""
    words = list(options.data)
    for option in READING:
        value = getattr(options, option.name)
        if value is not None:
            words += [f"--{option.name}", value]
    return words


def parser(settings: type[Settings] = Settings) -> argparse.ArgumentParser:
    """Return the parser of all commands, their options in groups."""
    shell = argparse.ArgumentParser(
        prog=program(),
        description="Forecast a table's column with an IMV-LSTM, and see what drives it. Results "
        "go to stdout or a file; progress, and what was found in the data, to stderr.",
        epilog=f"Options of a command: {program()} COMMAND --help",
    )
    version = importlib.import_module("imv_core").__version__  # by name, as it is above all folders
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
    text = "train a model, or continue its training"
    _add_train(add("train", "DATA [DATA ...] --target COLUMN --out RUN", text), settings)

    command = add("forecast", model, "write forecasts with intervals, as CSV")
    _add_subject(command)
    _add_result(command, "CSV file (stdout)", _names(Part), "test part and future", level=True)

    command = add("explain", model, "write importances, as CSV")
    _add_subject(command)
    text = "CSV file for every window's attention and contributions (a summary on stdout)"
    result = _add_result(command, text, _names(Part), Part.TEST)
    text = "what to explain: the forecast, or its change since the last value (forecast)"
    result.add_argument("--of", choices=_names(Explained), default=Explained.FORECAST, help=text)

    command = add("score", model, "print the errors of the model and of simple forecasts")
    _add_subject(command)
    known = [name for name in _names(Part) if name != Part.FUTURE]
    _add_result(command, None, known, Part.TEST, level=True)

    command = add("check", model, "check whether its explanation can be trusted")
    _add_subject(command)
    result = _add_result(command, "CSV file for the table of checks (stdout)")
    text = "further seeds to train, to see what another training calls important (0)"
    result.add_argument("--siblings", type=int, default=0, metavar="N", help=text)

    command = add("report", model, "write one HTML file that opens offline")
    _add_subject(command)
    _add_result(command, "HTML file (report.html)").set_defaults(output="report.html")
    return shell


def _add_train(command: argparse.ArgumentParser, settings: type[Settings]) -> None:
    groups = {Section.DATA: _add_data(command)}
    for section in list(Section)[1:]:
        groups[section] = command.add_argument_group(section)
    lines = " ".join(f"{key}: {preset.line}" for key, preset in PRESETS.items())
    text = f"settings chosen together; options given beside it replace its values. {lines}"
    groups[Section.TRAINING].add_argument("--preset", choices=PRESETS, help=text)
    for declaration in declared(settings).values():
        _add_setting(groups[declaration.about.section], declaration)
    text = "columns not to forecast from; the target: without its own past"
    groups[Section.DATA].add_argument(
        "--leave-out", nargs="+", default=(), metavar="COLUMN", help=text
    )
    run = command.add_argument_group("run")
    run.add_argument("--out", required=True, type=_path, metavar="RUN", help="folder to write")
    run.add_argument("--name", default="", help="name of the run (made from target and data)")


def _add_setting(group: argparse._ArgumentGroup, declaration: Declaration) -> None:
    """Add the option of a setting; absent from the result where it is not given."""
    about, kind = declaration.about, declaration.kind
    options: dict[str, Any] = {"default": argparse.SUPPRESS, "help": about.text}
    if declaration.default is MISSING:
        options["required"] = True
    else:
        options["help"] += f" ({declaration.default_in_words})"
    if declaration.is_choice:
        options["choices"] = _names(kind)
    else:
        options["metavar"] = METAVARS[kind]
        options |= {"nargs": "+"} if kind is tuple else {"type": kind}
    flag = about.flag or declaration.name.replace("_", "-")
    group.add_argument(f"--{flag}", dest=declaration.name, **options)


def _add_subject(command: argparse.ArgumentParser) -> None:
    model = command.add_argument_group("model")
    model.add_argument("run", type=_path, metavar="RUN", help="a run's folder, or a model file")
    _add_data(command)


def _add_data(command: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    text = "print every remark on the data, and the traceback of an unexpected error"
    command.add_argument("-v", "--verbose", action="store_true", help=text)
    data = command.add_argument_group("data")
    text = "CSV, TSV, Excel or Parquet file; several of the same columns become one table"
    data.add_argument("data", nargs="+", type=_path, metavar="DATA", help=text)
    for option in READING:
        data.add_argument(
            f"--{option.name}", choices=option.choices, metavar=option.metavar, help=option.text
        )
    return data


def _add_result(
    command: argparse.ArgumentParser,
    output: str | None,
    parts: Iterable[str] | None = None,
    part: str = "",
    level: bool = False,
) -> argparse._ArgumentGroup:
    """Add the options of a result.

    Args:
        command: to add them to.
        output: description of the file; None: the command writes no file.
        parts: parts of the table to choose from; None: there is no choice.
        part: the default.
        level: the result has intervals.
    """
    result = command.add_argument_group("result")
    if parts:
        usual = part if part in parts else None
        result.add_argument("--part", choices=parts, default=usual, help=f"rows ({part})")
    if level:
        text = f"share of true values that intervals should contain ({DEFAULT_LEVEL:g})"
        result.add_argument("--level", type=float, default=DEFAULT_LEVEL, metavar="X", help=text)
    if output:
        result.add_argument("-o", "--output", type=_path, metavar="FILE", help=output)
    return result


def _names(choices: type[NamedChoice]) -> list[str]:
    """Return plain names, as usage and errors show them."""
    return [str(name) for name in choices]


def _path(text: str) -> str:
    """Return a path that is not empty, as an unset variable of the shell would be."""
    if not text:
        raise argparse.ArgumentTypeError("the path is empty")
    return text
