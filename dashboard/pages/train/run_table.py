"""Make a table of runs: name, settings, error and state of each."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from dashboard.ui.verdict import best_rival
from dashboard.wording import in_short, short
from imv_core import ImvError
from imv_core.errors import RunVersionError
from imv_core.runs.run import Run

SIGNS = {
    "waiting": "In the queue",
    "training": "Training",
    "finished": "Finished",
    "stopped": "Stopped",
    "failed": "Failed",
    "interrupted": "Interrupted",
    "damaged": "Damaged",
    "other version": "Other version",
}


def state_of(run: Run) -> str:
    """Return its state, also where the folder cannot be read."""
    try:
        return run.status.state
    except RunVersionError:
        return "other version"
    except ImvError:
        return "damaged"


def _state_of_folder(path: Path) -> str:
    """Return why the folder of a run cannot be opened."""
    try:
        return state_of(Run(path))
    except RunVersionError:
        return "other version"
    except ImvError:
        return "damaged"


def run_table(runs: Sequence[Run], damaged: Sequence[Path]) -> pd.DataFrame:
    """Return a table with one row per run, in this order.

    Args:
        runs: those that can be read.
        damaged: folders of those that cannot.
    """
    rows = [_row(run) for run in runs]
    rows += [
        {"name": short(path.name, 200), "state": SIGNS[_state_of_folder(path)]} for path in damaged
    ]
    names = ["name", "target", "rmse", "relative", "state", "settings", "made", "data"]
    frame = pd.DataFrame(rows, columns=names)
    frame["made"] = pd.to_datetime(frame["made"], utc=True, errors="coerce")
    return frame.astype({"rmse": float, "relative": float})


def _row(run: Run) -> dict[str, object]:
    config, scores = run.config, run.scores
    row: dict[str, object] = {
        "name": short(config.name, 200),
        "target": short(config.settings.target, 200),
        "settings": in_short(config.settings),
        "state": SIGNS[state_of(run)],
        "made": config.created,
        "data": short(config.table_name, 200),
    }
    if scores is not None:
        row |= {"rmse": scores["rmse"], "relative": scores["rmse"] / best_rival(scores)[1]}
    return row
