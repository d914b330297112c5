"""The runs of this dashboard: the list of them, names and folders for new ones."""

import secrets
from datetime import UTC, datetime
from pathlib import Path

from dashboard.paths import RUNS, SHIPPED_RUN
from dashboard.wording import short
from imv_core import Table
from imv_core.runs.listing import list_damaged, list_runs
from imv_core.runs.run import Run
from imv_core.runs.trash import deleted_runs as list_deleted


def all_runs() -> list[Run]:
    """The runs on this machine, newest first, the shipped one last."""
    shipped = [run for run in list_runs(SHIPPED_RUN.parent) if run.path == SHIPPED_RUN]
    return list_runs(RUNS) + shipped


def damaged_runs() -> list[Path]:
    """The folders of runs that cannot be read."""
    return list_damaged(RUNS)


def deleted_runs() -> list[Path]:
    """What was deleted, the last one first."""
    return list_deleted(RUNS)


def runs_on(opened: Table) -> list[Run]:
    """The runs on a table, newest first."""
    return [r for r in all_runs() if r.config.table_fingerprint == opened.fingerprint]


def new_name(target: str, opened: Table) -> str:
    """For a new run, told apart from those that there are."""
    taken = {run.config.name for run in all_runs()}
    name = plain_name = f"{short(target)}, {short(opened.name)}"
    number = 2
    while name in taken:
        name = f"{plain_name} ({number})"
        number += 1
    return name


def new_folder() -> Path:
    """For a new run; the name tells the time, and nothing of the data."""
    return RUNS / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
