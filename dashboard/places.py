"""Where the dashboard finds and keeps its files."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[1]
SAMPLES = {
    "Beijing air, PM2.5 (hourly)": ROOT / "sample_data" / "beijing_pm25.csv",
    "Appliances energy (10 minutes)": ROOT / "sample_data" / "appliances_energy.csv.xz",
    "Planted lags (three known drivers)": ROOT / "sample_data" / "planted_lags.csv",
}
SHIPPED_RUN = ROOT / "sample_data" / "beijing_pm25_run"
LESSONS = ROOT / "sample_data" / "lessons"
RUNS = Path(os.environ.get("IMV_RUNS") or ROOT / "runs")
