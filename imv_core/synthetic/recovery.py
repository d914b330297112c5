"""Planted recovery: search for known drivers and lags by models with given settings.

Sources: see `imv_core.synthetic.worlds`. The worlds have other data than a user's table: recovery
shows whether models with these settings name the right variables and lags.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from imv_core.faithfulness import occlusion
from imv_core.faithfulness.held_out import HeldOut
from imv_core.faithfulness.result_versions import read_versioned
from imv_core.faithfulness.retraining import OnProgress, fit_or_stop, part_of
from imv_core.forecaster import IMVForecaster
from imv_core.storage import from_json, from_plain, to_plain
from imv_core.synthetic.generator import LONGEST_LAG, TARGET
from imv_core.synthetic.worlds import WORLDS, PlantedWorld
from imv_core.tables.table import read_table
from imv_core.training.settings import Settings
from imv_core.windows.split import Part

TRIED = ("additive", "nonlinear", "switching", "interaction", "correlated")
SEEDS = (0, 1)
FORMAT = 2  # 1: the same values without a version
COLUMNS = ["world", "seed", "drivers", "found", "exact_by_attention", "exact_by_attribution"]
ROWS = 4000
LONGEST_LOOKBACK = 24  # with a longer one, training takes more time and finds nothing more


@dataclass(frozen=True, eq=False)
class Recovery:
    """The planted drivers that models with given settings found.

    `worlds` has one row per model: world, seed, drivers (their number), found (those among as many
    variables of the highest I), exact_by_attention and exact_by_attribution (those whose T and
    attribution peak at the planted lag; the first has this name in kept files).
    """

    worlds: pd.DataFrame
    lookback: int  # of the models that were trained

    @property
    def sentence(self) -> str:
        """The numbers of drivers and exact lags that were found."""
        sums = self.worlds[COLUMNS[2:]].sum()
        models = f"{len(self.worlds)} model{'s' if len(self.worlds) > 1 else ''}"
        return (
            f"With settings like yours (one step ahead, lookback {self.lookback}), {models} found "
            f"{sums['found']} of {sums['drivers']} planted drivers; the exact lag of "
            f"{sums['exact_by_attention']} by temporal importance, of "
            f"{sums['exact_by_attribution']} by attribution."
        )

    def to_json(self) -> dict[str, Any]:
        """Return plain values for a file."""
        return {"version": FORMAT, "worlds": to_plain(self.worlds), "lookback": self.lookback}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Recovery":
        """Return what `to_json` wrote.

        Raises:
            OutdatedError: another version wrote it, and it cannot be read.
            TypeError, ValueError, LookupError: it is no such record.
        """
        return read_versioned(values, FORMAT, "These results", lambda _: cls._read(values))

    @classmethod
    def _read(cls, values: Mapping[str, Any]) -> "Recovery":
        worlds = from_plain(values["worlds"])
        if (
            list(worlds.columns) != COLUMNS
            or not set(worlds["world"]) <= set(TRIED)
            or not all(pd.api.types.is_integer_dtype(worlds[name]) for name in COLUMNS[1:])
            or not (worlds[COLUMNS[1:]] >= 0).all(axis=None)
            or not (worlds["drivers"] > 0).all()
            or not (worlds[COLUMNS[3:]].le(worlds["drivers"], axis=0)).all(axis=None)
        ):
            raise ValueError("These are not worlds of a recovery.")
        return cls(worlds, from_json(int, values["lookback"]))


def recover(settings: Settings, on_progress: OnProgress | None = None) -> Recovery:
    """Train on planted worlds, and look for the planted drivers.

    Args:
        settings: of the models; target, variables, horizon, seeds and shares are those of the
            worlds, and the lookback covers the planted lags.
        on_progress: called with the share that is done and the present training; a true result
            requests a stop.

    Raises:
        CheckStopped: stop was requested.
    """
    lookback = min(max(settings.lookback, LONGEST_LAG), LONGEST_LOOKBACK)
    world_settings = replace(
        settings,
        target=TARGET,
        variables=None,
        lookback=lookback,
        horizon=1,
        seeds=1,
        train_share=Settings.train_share,
        validation_share=Settings.validation_share,
    )
    plan = [(name, seed) for seed in SEEDS for name in TRIED]
    rows = []
    for done, (name, seed) in enumerate(plan):
        report_progress = part_of(on_progress, done, len(plan), f"training on the world '{name}'")
        rows.append((name, seed, *_find(world_settings, WORLDS[name](ROWS, seed), report_progress)))
    return Recovery(pd.DataFrame(rows, columns=COLUMNS), lookback)


def _find(
    settings: Settings, world: PlantedWorld, report_progress: Callable[[float], object]
) -> tuple[int, int, int, int]:
    """Count the drivers, those found, and those with an exact lag by T and by attribution."""
    table = read_table(world.frame, name="a planted world")
    forecaster = fit_or_stop(IMVForecaster.from_settings(settings), table, report_progress)
    explanation = forecaster.explain(table)
    held_out = HeldOut(explanation.explainer, explanation.explainer.windows.for_part(Part.TRAIN))
    _, by_window = occlusion.replace_values(held_out, lambda _: None)
    moved = by_window.mean(axis=(0, 1))  # (N, T)
    named = explanation.variable_importance.nlargest(len(world.lags)).index
    attended = explanation.temporal_importance.idxmax(axis=1)
    lag = dict(zip(held_out.variables, moved.shape[1] - moved.argmax(axis=1), strict=True))
    return (
        len(world.lags),
        len(set(named) & set(world.lags)),
        int(np.sum([attended[name] in lags for name, lags in world.lags.items()])),
        int(np.sum([lag[name] in lags for name, lags in world.lags.items()])),
    )
