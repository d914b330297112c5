"""Where the dashboard finds and keeps its files."""

import os
from pathlib import Path

from platformdirs import user_data_path

HERE = Path(__file__).parent
ROOT = HERE.parent
IS_INSTALLED = (HERE / "sample_data").is_dir()  # a wheel holds the samples inside this package
DATA = (HERE if IS_INSTALLED else ROOT) / "sample_data"
SAMPLES = {
    "Beijing air, PM2.5 (hourly)": DATA / "beijing_pm25.csv",
    "Appliances energy (10 minutes)": DATA / "appliances_energy.csv.xz",
    "Planted lags (three known drivers)": DATA / "planted_lags.csv",
}
SHIPPED_RUN = DATA / "beijing_pm25_run"
LESSONS = DATA / "lessons"


def _runs() -> Path:
    """Return the folder of runs: `IMV_RUNS`, in the checkout, or in the user's data folder."""
    if folder := os.environ.get("IMV_RUNS"):
        return Path(folder)
    kept = user_data_path("imv-dashboard", appauthor=False) if IS_INSTALLED else ROOT
    return kept / "runs"


RUNS = _runs()
