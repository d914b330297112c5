"""List the runs in a folder, and the folders that cannot be read."""

from pathlib import Path

from imv_core.errors import RunError
from imv_core.runs.run import Run


def list_runs(folder: str | Path) -> list[Run]:
    """List the runs in a folder, newest first; other folders are left out."""
    runs = []
    for path in sorted(Path(folder).glob("*/config.json")):
        try:
            runs.append(Run(path.parent))
        except RunError:
            continue
    return sorted(runs, key=lambda run: run.config.created, reverse=True)


def list_damaged(folder: str | Path) -> list[Path]:
    """List the folders of runs that cannot be read: damaged, or of another version."""
    readable = {run.path for run in list_runs(folder)}
    return sorted({path.parent for path in Path(folder).glob("*/config.json")} - readable)
