from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from imv_core.synthetic.worlds import additive_lags, relay
from sample_data.make_lessons import RELAY, write_relay
from sample_data.make_planted_lags import PLANTED_LAGS, write

LAGS = range(1, 11)


def scaled_past(frame: pd.DataFrame) -> pd.DataFrame:
    """Every column at every lag, scaled: one column per (variable, lag)."""
    scaled = (frame - frame.mean()) / frame.std()
    return pd.DataFrame(
        {(name, lag): scaled[name].shift(lag) for name in frame for lag in LAGS}
    ).dropna()


def least_squares(frame: pd.DataFrame, target: str) -> tuple[pd.Series, pd.Series]:
    """Coefficients per (variable, lag), and the residuals in units of the target's deviation."""
    past = scaled_past(frame)
    y = ((frame[target] - frame[target].mean()) / frame[target].std()).loc[past.index]
    coefficients, *_ = np.linalg.lstsq(past.to_numpy(), y.to_numpy())
    return (
        pd.Series(coefficients, index=list(past.columns)),
        y - past.to_numpy() @ coefficients,
    )


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_least_squares_finds_the_planted_cells_and_no_others(seed):
    world = additive_lags(seed=seed)
    size = least_squares(world.frame, world.target)[0].abs()
    planted = {(name, lag) for name, lags in world.lags.items() for lag in lags}
    assert set(size[size > 0.2].index) == planted
    assert size[~size.index.isin(planted)].max() < 0.03


def test_the_coefficients_are_the_strengths_of_the_equation():
    world = additive_lags()
    coefficients, _ = least_squares(world.frame, world.target)
    deviation = (1.0 + 0.8**2 + 0.6**2 + 0.3**2) ** 0.5
    for cell, strength in {("x2", 3): 1.0, ("x5", 7): 0.8, ("x7", 2): 0.6}.items():
        assert coefficients[[cell]].item() == pytest.approx(strength / deviation, abs=0.02)


def test_lag_1_is_the_row_just_before_the_forecast_row():
    frame = additive_lags().frame
    assert frame["y"].corr(frame["x7"].shift(2)) > 0.35
    assert abs(frame["y"].corr(frame["x7"].shift(1))) < 0.07
    assert abs(frame["y"].corr(frame["x7"].shift(3))) < 0.07


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_stated_noise_floor_is_what_is_left_when_the_truth_is_known(seed):
    world = additive_lags(seed=seed)
    _, residuals = least_squares(world.frame, world.target)
    assert residuals.std() == pytest.approx(world.noise, rel=0.05)
    assert 0.15 < world.noise < 0.25


def test_the_targets_own_past_says_nothing_about_its_next_row():
    y = additive_lags().frame["y"]
    assert max(abs(y.autocorr(lag)) for lag in LAGS) < 0.07


def test_the_variables_are_independent_of_each_other():
    world = additive_lags()
    between = world.frame.drop(columns=world.target).corr().to_numpy()
    assert np.abs(between - np.eye(8)).max() < 0.07


def test_the_same_seed_gives_the_same_frame_and_another_seed_another():
    first, again, other = additive_lags(seed=0), additive_lags(seed=0), additive_lags(seed=1)
    pd.testing.assert_frame_equal(first.frame, again.frame, check_exact=True)
    assert not np.isclose(first.frame, other.frame).any(axis=1).all()


def test_the_frame_has_the_asked_rows_an_hourly_index_and_no_gaps():
    frame = additive_lags(rows=50).frame
    assert len(frame) == 50
    assert frame.index.name == "time"
    assert (frame.index.to_series().diff().dropna() == pd.Timedelta(hours=1)).all()
    assert list(frame) == ["y", *(f"x{i}" for i in range(1, 9))]
    assert np.isfinite(frame.to_numpy()).all()


def test_the_committed_csv_is_what_the_generator_writes(tmp_path: Path):
    write(tmp_path / "made.csv")
    assert (tmp_path / "made.csv").read_bytes() == PLANTED_LAGS.read_bytes()


def test_each_row_of_the_relay_is_made_by_one_driver_as_often_as_it_is_said():
    world = relay()
    scaled = (world.frame - [100, *world.frame.mean()[1:]]) / [20, *world.frame.std()[1:]]
    planted = {name: scaled[name].shift(lag) for name, (lag,) in world.lags.items()}
    away = pd.DataFrame({name: (scaled["y"] - past).abs() for name, past in planted.items()})
    away = away.dropna()
    assert (away.min(axis=1) < 5 * 0.15).all()  # some driver made it, but for the noise
    certain = away[away.apply(lambda row: row.nsmallest(2).iloc[1] > 0.9, axis=1)]
    shares = certain.idxmin(axis=1).value_counts(normalize=True)
    assert shares[["x2", "x5", "x7"]].tolist() == pytest.approx([0.5, 0.3, 0.2], abs=0.04)


def test_what_the_chances_cannot_tell_of_the_relay_is_its_noise():
    world = relay()
    coefficients, residuals = least_squares(world.frame, world.target)
    assert set(coefficients.abs().nlargest(3).index) == {("x2", 3), ("x5", 7), ("x7", 2)}
    assert residuals.std() == pytest.approx(world.noise, rel=0.03)


def test_the_committed_relay_is_what_the_generator_writes(tmp_path: Path):
    write_relay(tmp_path / "made.csv")
    assert (tmp_path / "made.csv").read_bytes() == RELAY.read_bytes()
