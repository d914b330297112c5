"""Columns that tell too much are found, and honest ones are not accused."""

import numpy as np
import pandas as pd
import pytest

from imv_core import read_table
from imv_core.tables.leakage import find_leakage, rows_between_readings
from tests.conftest import SAMPLES

ROWS = 3_000


@pytest.fixture(scope="module")
def rng():
    return np.random.default_rng(0)


def _found(frame, target="y"):
    table = read_table(frame)
    return {(finding.kind, *finding.columns) for finding in find_leakage(table, target)}


def _lines(rng, apart, rows=ROWS):
    readings = rng.normal(size=rows // apart + 2)
    return np.interp(np.arange(rows) / apart, np.arange(len(readings)), readings)


def test_of_the_energy_data_the_weather_between_two_hours_is_found():
    table = read_table(SAMPLES / "appliances_energy.csv.xz")
    (found,) = find_leakage(table, "Appliances")
    weather = {"T_out", "Press_mm_hg", "RH_out", "Windspeed", "Visibility", "Tdewpoint"}
    assert set(found.columns) == weather
    assert found.kind == "interpolated"
    assert "6 rows apart" in found.text
    assert found.warning


@pytest.mark.parametrize("file", ["beijing_pm25.csv", "planted_lags.csv"])
def test_honest_samples_are_not_accused(file):
    table = read_table(SAMPLES / file)
    assert find_leakage(table, table.numeric[0]) == []


@pytest.mark.parametrize("apart", [2, 4, 6, 24, 60])
@pytest.mark.parametrize("digits", [2, 8])
def test_the_distance_between_readings_is_found(rng, apart, digits):
    # a file that rounds each value in between to two digits breaks the lines, and is not reported
    found = rows_between_readings(np.round(_lines(rng, apart), digits))
    assert found == (apart if digits == 8 else None)


def test_a_missing_stretch_does_not_hide_the_lines(rng):
    values = _lines(rng, 6)
    values[500:700] = np.nan
    assert rows_between_readings(values) == 6


HONEST = {
    "counter": np.arange(ROWS) * 0.5,
    "hour of day": np.arange(ROWS) % 24.0,
    "triangle": np.abs(np.arange(ROWS) % 24 - 12.0),
    "sine": np.sin(np.arange(ROWS) / 20),
    "held for six rows": np.repeat(np.random.default_rng(1).normal(size=ROWS // 6), 6),
    "walk": np.random.default_rng(2).normal(size=ROWS).cumsum(),
    "slow and coarse": np.round(np.random.default_rng(3).normal(size=ROWS).cumsum() / 40, 1),
    "constant": np.ones(ROWS),
    "empty": np.full(ROWS, np.nan),
    "few": np.array([1.0, 2.0]),
}


@pytest.mark.parametrize("values", HONEST.values(), ids=list(HONEST))
def test_an_honest_series_is_not_taken_for_lines(values):
    assert rows_between_readings(values) is None


def test_a_near_copy_of_the_target_is_found_and_a_relative_is_not(rng):
    y = rng.normal(size=ROWS).cumsum()
    frame = pd.DataFrame(
        {
            "y": y,
            "copy": -3 * y + rng.normal(size=ROWS) * 0.1,
            "relative": y + rng.normal(size=ROWS) * y.std(),
        }
    )
    assert _found(frame) == {("near-copy", "copy")}


@pytest.mark.parametrize("lead", [1, 5])
def test_a_column_that_runs_ahead_of_the_target_is_found(rng, lead):
    y = pd.Series(rng.normal(size=ROWS)).rolling(3, min_periods=1).mean()
    frame = pd.DataFrame({"y": y, "a": rng.normal(size=ROWS), "leak": y.shift(-lead)})
    (finding,) = find_leakage(read_table(frame), "y")
    assert (finding.kind, finding.columns) == ("ahead", ("leak",))
    assert f"{lead} row" in finding.text


def test_what_follows_the_target_is_not_ahead_of_it(rng):
    y = pd.Series(rng.normal(size=ROWS))
    assert _found(pd.DataFrame({"y": y, "echo": y.shift(1), "a": rng.normal(size=ROWS)})) == set()


def test_an_interpolated_target_is_reported(rng):
    frame = pd.DataFrame({"y": _lines(rng, 6), "a": rng.normal(size=ROWS)})
    (finding,) = find_leakage(read_table(frame), "y")
    assert "target 'y'" in finding.text
    assert "Resample to 6 rows" in finding.text
