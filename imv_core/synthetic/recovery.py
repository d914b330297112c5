"""Would settings like these find what was planted? Models trained where the truth is known.

Sources: see `imv_core.synthetic.worlds`. The worlds have other data than yours: recovery tells
whether a model of this shape, trained like this, names the right variables and lags.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from imv_core.faithfulness.checks import attribution
from imv_core.faithfulness.held_out import HeldOut
from imv_core.faithfulness.retraining import OnProgress, fit_or_stop
from imv_core.forecaster import IMVForecaster
from imv_core.storage import from_json, from_plain, to_plain
from imv_core.synthetic.generator import LONGEST_LAG, TARGET
from imv_core.synthetic.worlds import WORLDS, PlantedWorld
from imv_core.tables.table import read_table
from imv_core.training.settings import Settings
from imv_core.windows.split import Part

TRIED = ("additive", "nonlinear", "switching", "interaction", "correlated")
SEEDS = (0, 1)
COLUMNS = ["world", "seed", "drivers", "found", "exact_by_attention", "exact_by_attribution"]
ROWS = 4000
LONGEST_LOOKBACK = 24  # a longer one takes time and has nothing more to find


@dataclass(frozen=True, eq=False)
class Recovery:
    """What models of some settings found of planted drivers.

    `worlds` has a row a world: world, seed, drivers (how many were planted), found (are among as
    many variables of the highest I), exact_by_attention and exact_by_attribution (T and attribution
    peak at the planted lag; kept files name the first so).
    """

    worlds: pd.DataFrame
    lookback: int  # of the models that were trained

    @property
    def sentence(self) -> str:
        """What was found, of how many."""
        sums = self.worlds[COLUMNS[2:]].sum()
        models = f"{len(self.worlds)} model{'s' if len(self.worlds) > 1 else ''}"
        return (
            f"With settings like yours (one step ahead, lookback {self.lookback}), {models} found "
            f"{sums['found']} of {sums['drivers']} planted drivers; the exact lag of "
            f"{sums['exact_by_attention']} by temporal importance, of "
            f"{sums['exact_by_attribution']} by attribution."
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values for a file."""
        return {"worlds": to_plain(self.worlds), "lookback": self.lookback}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Recovery":
        """The inverse of `to_json`; TypeError, ValueError or LookupError where it is none."""
        worlds = from_plain(values["worlds"])
        if (
            list(worlds.columns) != COLUMNS
            or not set(worlds["world"]) <= set(TRIED)
            or not all(pd.api.types.is_integer_dtype(worlds[name]) for name in COLUMNS[1:])
            or not (worlds[COLUMNS[1:]] >= 0).all(axis=None)
            or not (worlds["drivers"] > 0).all()
            or not (worlds[COLUMNS[3:]].le(worlds["drivers"], axis=0)).all(axis=None)
        ):
            raise ValueError("These are not worlds that were tried.")
        return cls(worlds, from_json(int, values["lookback"]))


def recover(settings: Settings, on_progress: OnProgress | None = None) -> Recovery:
    """Train on planted worlds, and look for what was planted.

    Args:
        settings: of a model; its target, variables, horizon, seeds and shares are the worlds' own,
            and its lookback reaches as far as planted lags do.
        on_progress: told the share that is done and what is done; a true answer stops.

    Raises:
        CheckStopped: it was asked to stop.
    """
    lookback = min(max(settings.lookback, LONGEST_LAG), LONGEST_LOOKBACK)
    alike = replace(
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

        def tell(share: float, done: int = done, name: str = name) -> bool:
            what = f"training on the world '{name}'"
            return bool(on_progress and on_progress((done + share) / len(plan), what))

        rows.append((name, seed, *_find(alike, WORLDS[name](ROWS, seed), tell)))
    return Recovery(pd.DataFrame(rows, columns=COLUMNS), lookback)


def _find(
    settings: Settings, world: PlantedWorld, tell: Callable[[float], bool]
) -> tuple[int, int, int, int]:
    """Count the drivers, those found, and exact lags by T and by attribution."""
    table = read_table(world.frame, name="a planted world")
    forecaster = fit_or_stop(IMVForecaster.from_settings(settings), table, tell)
    explanation = forecaster.explain(table)
    held = HeldOut(explanation.explainer, explanation.explainer.windows.for_part(Part.TRAIN))
    _, by_window = attribution.replace_values(held, lambda _: None)
    moved = by_window.mean(axis=(0, 1))  # (N, T)
    named = explanation.variable_importance.nlargest(len(world.lags)).index
    attended = explanation.temporal_importance.idxmax(axis=1)
    lag = dict(zip(held.variables, moved.shape[1] - moved.argmax(axis=1), strict=True))
    return (
        len(world.lags),
        len(set(named) & set(world.lags)),
        int(np.sum([attended[name] in lags for name, lags in world.lags.items()])),
        int(np.sum([lag[name] in lags for name, lags in world.lags.items()])),
    )
