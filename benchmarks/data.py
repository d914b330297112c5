"""The data sets of the studies, by name: two measured ones, and planted worlds."""

from pathlib import Path

from imv_core import Table, read_table
from imv_core.synthetic import worlds
from imv_core.synthetic.worlds import PlantedWorld

SAMPLES = Path(__file__).parents[1] / "sample_data"
MEASURED = {
    "pm25": ("beijing_pm25.csv", "pm2.5"),
    "appliances": ("appliances_energy.csv.xz", "Appliances"),
}
WORLDS = ("additive", "nonlinear", "switching", "correlated")  # of `planted.WORLDS`
NAMES = (*MEASURED, *WORLDS)
WORLD_TARGET = "y"
WORLD_ROWS = 4000
QUICK_ROWS = 1500


def target(name: str) -> str:
    """Return the column to forecast."""
    return MEASURED[name][1] if name in MEASURED else WORLD_TARGET


def world(name: str, seed: int, rows: int | None = None) -> PlantedWorld:
    """Return a planted world, drawn from a seed."""
    return worlds.WORLDS[name](rows=rows or WORLD_ROWS, seed=seed)


def table(name: str, seed: int, rows: int | None = None) -> Table:
    """Return a data set, or its first rows; only planted worlds depend on the seed."""
    if name not in MEASURED:
        return read_table(world(name, seed, rows).frame, name=name)
    whole = read_table(SAMPLES / MEASURED[name][0])
    return whole if rows is None else read_table(whole.frame.head(rows), name=name)
