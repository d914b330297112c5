"""What the project promises, on the sample data, with default settings unless a test says so."""

import subprocess
import sys
import time

import pandas as pd
import pytest

from imv_core import IMVForecaster, read_table
from tests.conftest import ROOT

SAMPLES = ROOT / "sample_data"


@pytest.mark.parametrize("seed", [1, 2, 3])  # 0 is that of the README's lines
def test_the_planted_drivers_are_found_whatever_the_seed(seed):
    table = read_table(SAMPLES / "planted_lags.csv")
    importance = IMVForecaster("y", seed=seed).fit(table).explain(table).variable_importance
    assert importance[["x2", "x5", "x7"]].sum() >= 0.9


def test_the_random_columns_of_appliances_energy_get_no_importance():
    table = read_table(SAMPLES / "appliances_energy.csv.xz")
    # All 15 epochs take two minutes on one thread and give 0.009 to the two; 3 are enough.
    forecaster = IMVForecaster("Appliances", max_epochs=3).fit(table)
    assert forecaster.explain(table).variable_importance[["rv1", "rv2"]].sum() <= 0.05


def test_from_the_shell_pm25_is_forecast_better_than_by_ridge(tmp_path):
    start = time.monotonic()

    def shell(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "imv_core", *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        print(f"{arguments[0]} was done after {time.monotonic() - start:.0f} s")
        assert done.returncode == 0, done.stderr
        return done.stdout

    data, run = str(SAMPLES / "beijing_pm25.csv"), str(tmp_path / "run")
    # All 15 epochs take a minute and give 18.98, ridge has 19.67; 6 are enough.
    shell("train", data, "--target", "pm2.5", "--out", run, "--epochs", "6")
    for command in ("forecast", "explain"):
        shell(command, run, data, "-o", str(tmp_path / f"{command}.csv"))
    lines = [line.split(": ") for line in shell("score", run, data).splitlines()]
    scores = {name: float(value) for name, value in lines}

    assert scores["rmse"] <= scores["ridge_rmse"]
    forecast = pd.read_csv(tmp_path / "forecast.csv", parse_dates=["time"])
    assert forecast["time"].iloc[-1] == pd.Timestamp("2015-01-01 00:00")  # the hour after the data
    known = forecast.dropna()
    rmse = ((known["forecast"] - known["actual"]) ** 2).mean() ** 0.5
    assert rmse == pytest.approx(scores["rmse"], rel=1e-4)
    explanation = pd.read_csv(tmp_path / "explain.csv")
    first = explanation[explanation["time"] == explanation["time"].iloc[0]]
    assert first.groupby("variable")["weight"].first().sum() == pytest.approx(1, abs=1e-4)
