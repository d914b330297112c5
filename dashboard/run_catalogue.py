"""List the runs of this dashboard; make names and folders for new ones."""

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
    """List the runs on this machine, newest first, the shipped one last."""
    shipped = [run for run in list_runs(SHIPPED_RUN.parent) if run.path == SHIPPED_RUN]
    return list_runs(RUNS) + shipped


def damaged_runs() -> list[Path]:
    """List the folders of runs that cannot be read: damaged, or of another version."""
    return list_damaged(RUNS)


def deleted_runs() -> list[Path]:
    """List the deleted runs, the latest first."""
    return list_deleted(RUNS)


def runs_on(opened: Table) -> list[Run]:
    """List the runs on a table, newest first."""
    return [r for r in all_runs() if r.config.table_fingerprint == opened.fingerprint]


def new_name(target: str, opened: Table) -> str:
    """Return a name for a new run that no other run has."""
    taken = {run.config.name for run in all_runs()}
    name = plain_name = f"{short(target)}, {short(opened.name)}"
    number = 2
    while name in taken:
        name = f"{plain_name} ({number})"
        number += 1
    return name


def new_folder() -> Path:
    """Return a folder for a new run; its name has the time, and nothing of the data."""
    return RUNS / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
