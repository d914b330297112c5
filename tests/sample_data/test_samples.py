import hashlib
import lzma
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

FOLDER = Path(__file__).parents[2] / "sample_data"
FILES = ["beijing_pm25.csv", "appliances_energy.csv.xz", "planted_lags.csv", "lessons/relay.csv"]
README = (FOLDER / "README.md").read_text(encoding="utf-8")


def table_under(file: str, first_heading: str) -> list[list[str]]:
    """Cells of the one table of this file's README section that opens with this heading."""
    section = README.split(f"\n## `{file}`\n")[1].split("\n## ")[0]
    rows = re.search(rf"^\| {first_heading} \|.*\n\| ---.*\n((?:\|.*\n?)+)", section, re.M)
    assert rows is not None
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[1].splitlines()]


def read(file: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / file)


def stamps(frame: pd.DataFrame) -> pd.Series:
    if "year" in frame:
        return pd.to_datetime(frame[["year", "month", "day", "hour"]])
    return pd.to_datetime(frame[frame.columns[0]])


@pytest.mark.parametrize("file", FILES)
def test_the_readme_documents_every_column_in_the_files_order(file):
    documented = [row[0].strip("`") for row in table_under(file, "column")]
    assert documented == list(read(file))


@pytest.mark.parametrize("file", FILES)
def test_every_column_has_a_unit_and_a_meaning(file):
    assert all(unit and meaning for _, unit, meaning in table_under(file, "column"))


@pytest.mark.parametrize("file", FILES)
def test_the_readme_states_the_measured_period_step_rows_and_missing_values(file):
    frame = read(file)
    time = stamps(frame)
    stated = dict(table_under(file, "measured"))
    assert pd.Timestamp(stated["first stamp"]) == time.iloc[0]
    assert pd.Timestamp(stated["last stamp"]) == time.iloc[-1]
    assert (time.diff().dropna() == pd.Timedelta(stated["step"])).all()
    assert stated["rows"] == f"{len(frame):,}"
    assert stated["columns"] == str(frame.shape[1])
    assert stated["missing values"] == f"{frame.isna().sum().sum():,}"


def test_the_copies_are_the_originals():
    beijing = (FOLDER / "beijing_pm25.csv").read_bytes()
    appliances = lzma.decompress((FOLDER / "appliances_energy.csv.xz").read_bytes())
    assert hashlib.sha256(beijing).hexdigest() in README
    assert hashlib.sha256(appliances).hexdigest() in README


def test_only_pm25_has_missing_values_in_the_beijing_file():
    missing = read("beijing_pm25.csv").isna().sum()
    assert list(missing[missing > 0].index) == ["pm2.5"]


def test_the_wind_sum_grows_while_the_direction_stays():
    frame = read("beijing_pm25.csv")
    stays = frame["cbwd"] == frame["cbwd"].shift()
    assert (frame["Iws"].diff()[stays] > 0).all()


def test_the_two_random_variables_of_the_appliances_are_one():
    frame = read("appliances_energy.csv.xz")
    assert (frame["rv1"] == frame["rv2"]).all()


def test_the_appliances_weather_is_interpolated_between_full_hours():
    frame = read("appliances_energy.csv.xz")
    time = stamps(frame)
    full_hour = time.dt.minute == 0
    seconds = (time - time.iloc[0]).dt.total_seconds()
    for name in ["T_out", "Press_mm_hg", "RH_out", "Windspeed", "Visibility", "Tdewpoint"]:
        line = np.interp(seconds, seconds[full_hour], frame[name][full_hour])
        np.testing.assert_allclose(frame[name], line, atol=1e-9)
