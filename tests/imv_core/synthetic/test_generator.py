"""Every world that a seed draws is what its equation says, seen from its table alone."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from imv_core import SettingsError
from imv_core.synthetic.generator import VARIABLES
from imv_core.synthetic.worlds import WORLDS, PlantedWorld

LAGS = range(1, 11)
SEEDS = [0, 1, 2]
BLOCK = 80  # rows: short beside a regime, long beside the number of terms

every_world = pytest.mark.parametrize("name", WORLDS)
every_seed = pytest.mark.parametrize("seed", SEEDS)


def scaled(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {name: (frame[name] - unit.mean) / unit.deviation for name, unit in VARIABLES.items()}
    )


def terms(name: str, world: PlantedWorld, moved: str | None = None) -> np.ndarray:
    """What the equation adds up, but for strengths: (rows, terms); `moved` acts a lag later."""
    past = scaled(world.frame)
    p, q, r = (
        past[driver].shift(lags[0] + (driver == moved)) for driver, lags in world.lags.items()
    )
    own = {
        "nonlinear": [1.25 * np.tanh(2 * p), (q**2 - 1) / 2**0.5, 2**0.5 * np.sin(2 * r)],
        "switching": [q * (p > 0), r * (p <= 0)],
        "interaction": [p * q, r],
    }
    columns = own.get(name, [p, q, r])
    if name == "seasonal":
        angle = 2 * np.pi * pd.Series(range(len(p)), index=p.index) / 24
        columns = [*columns, np.sin(angle), np.cos(angle)]
    return np.column_stack(columns)


def y_of(world: PlantedWorld) -> np.ndarray:
    return (world.frame["y"].to_numpy() - 100.0) / 20.0


def fit(y: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Strengths, and what they leave of y."""
    strengths, *_ = np.linalg.lstsq(columns, y)
    return strengths, y - columns @ strengths


def unexplained(name: str, world: PlantedWorld, moved: str | None = None) -> pd.Series:
    """What the best strengths leave of y, by time; for `regime` the best ones of each block."""
    index = world.frame.index[10:]
    y = y_of(world)[10:]
    if not world.lags:
        return pd.Series(y, index=index)
    columns = terms(name, world, moved)[10:]
    if name != "regime":
        return pd.Series(fit(y, columns)[1], index=index)
    starts = range(0, len(y) - BLOCK + 1, BLOCK)
    rows = [slice(start, start + BLOCK) for start in starts]
    left = sorted((fit(y[at], columns[at])[1].std(), at.start, at) for at in rows)
    kept = sorted((start, at) for _, start, at in left[:-3])  # a change falls into three at most
    freedom = (BLOCK / (BLOCK - columns.shape[1])) ** 0.5
    return pd.concat(
        [pd.Series(freedom * fit(y[at], columns[at])[1], index=index[at]) for _, at in kept]
    )


@every_seed
@every_world
def test_what_the_equation_leaves_is_the_stated_noise(name, seed):
    world = WORLDS[name](seed=seed)
    left = unexplained(name, world).std() / y_of(world).std()
    assert left == pytest.approx(world.noise, rel=0.03)
    assert (world.noise < 0.4) == (name != "no_signal")


@every_seed
@every_world
def test_every_driver_is_needed_and_at_its_lag(name, seed):
    world = WORLDS[name](seed=seed)
    least = unexplained(name, world).std()
    for driver in world.lags:
        assert unexplained(name, world, moved=driver).std() > 1.4 * least, driver


@every_seed
@every_world
def test_what_the_equation_leaves_depends_on_nothing_that_is_past(name, seed):
    world = WORLDS[name](seed=seed)
    left = unexplained(name, world)
    past = scaled(world.frame).assign(y=y_of(world))
    for lag in LAGS:
        seen = past.shift(lag).loc[left.index]
        assert seen.corrwith(left).abs().max() < 0.08
        assert (seen**2).corrwith(left).abs().max() < 0.08


@every_seed
@pytest.mark.parametrize("name", [name for name in WORLDS if name not in ("regime", "no_signal")])
def test_no_driver_is_twice_as_strong_as_another(name, seed):
    world = WORLDS[name](seed=seed)
    strengths = np.abs(fit(y_of(world)[10:], terms(name, world)[10:])[0])[:3]
    assert 0.58 < strengths.min() < strengths.max() < 1.22


@every_world
def test_the_same_seed_gives_the_same_world_and_another_seed_another_truth(name):
    first, again, other = (WORLDS[name](seed=seed) for seed in (0, 0, 1))
    pd.testing.assert_frame_equal(first.frame, again.frame, check_exact=True)
    assert (first.lags, first.noise, first.copies) == (again.lags, again.noise, again.copies)
    assert first.lags != other.lags or name == "no_signal"
    assert not np.isclose(first.frame, other.frame).any(axis=1).all()


def test_over_the_seeds_every_variable_drives_and_every_lag_and_both_signs_occur():
    worlds = [WORLDS["additive"](rows=200, seed=seed) for seed in range(30)]
    assert {name for world in worlds for name in world.lags} == set(VARIABLES)
    assert {lag for world in worlds for lags in world.lags.values() for lag in lags} == {
        *range(1, 9)
    }
    signs = [np.sign(fit(y_of(w)[10:], terms("additive", w)[10:])[0]) for w in worlds]
    assert np.abs(np.mean(signs, axis=0)).max() < 0.5
    assert all(len(set(world.lags.values())) == 3 for world in worlds)


@every_world
def test_the_truth_does_not_depend_on_the_number_of_rows(name):
    few, many = WORLDS[name](rows=50, seed=5), WORLDS[name](rows=3000, seed=5)
    assert list(few.lags.items()) == list(many.lags.items())
    assert few.copies == many.copies


def test_the_strengths_do_not_depend_on_the_number_of_rows():
    few, many = (WORLDS["heavy_tails"](rows=rows, seed=5) for rows in (2000, 4000))
    strengths = [fit(y_of(w)[10:], terms("additive", w)[10:])[0] for w in (few, many)]
    assert np.abs(strengths[0] - strengths[1]).max() < 0.05


@every_world
@pytest.mark.parametrize("rows", [2, 5, 100])
def test_a_world_has_the_asked_rows_by_the_hour_and_no_gaps(name, rows):
    world = WORLDS[name](rows=rows, seed=2**40)
    assert list(world.frame) == ["y", *VARIABLES]
    assert len(world.frame) == rows
    assert world.frame.index.name == "time"
    assert all(b - a == pd.Timedelta(hours=1) for a, b in pairwise(world.frame.index))
    assert np.isfinite(world.frame.to_numpy()).all()
    assert np.isfinite(world.noise)


@every_world
def test_a_world_without_rows_or_with_a_seed_below_0_is_refused(name):
    for rows in (1, 0, -5):
        with pytest.raises(SettingsError, match=f"'rows' is {rows};"):
            WORLDS[name](rows=rows)
    with pytest.raises(SettingsError, match="'seed' is -1;"):
        WORLDS[name](seed=-1)


@every_seed
@every_world
def test_every_variable_keeps_its_unit_and_drivers_are_white(name, seed):
    world = WORLDS[name](seed=seed)
    values = scaled(world.frame)
    assert values.mean().abs().max() < 0.1
    assert values.std().between(0.94, 1.06).all()
    assert all(abs(values[driver].autocorr(1)) < 0.07 for driver in world.lags)
    drivers = values[list(world.lags)].corr().to_numpy()
    assert np.abs(drivers - np.eye(len(drivers))).max(initial=0.0) < 0.07


@every_seed
def test_the_square_does_not_correlate_with_its_driver_while_step_and_wave_do(seed):
    world = WORLDS["nonlinear"](seed=seed)
    y = world.frame["y"]
    step, square, wave = (y.corr(world.frame[n].shift(at)) for n, (at,) in world.lags.items())
    assert abs(square) < 0.12 < min(abs(step), abs(wave))


@every_seed
def test_neither_driver_of_the_product_correlates_with_the_target(seed):
    world = WORLDS["interaction"](seed=seed)
    y = world.frame["y"]
    first, second, third = (y.corr(world.frame[n].shift(at)) for n, (at,) in world.lags.items())
    assert max(abs(first), abs(second)) < 0.12 < abs(third)


@every_seed
def test_the_switch_decides_which_of_two_drivers_acts(seed):
    world = WORLDS["switching"](seed=seed)
    (switch, (at,)), *others = world.lags.items()
    is_first = scaled(world.frame)[switch].shift(at) > 0
    acting, idle = [], []
    for (name, (lag,)), when in zip(others, (is_first, ~is_first), strict=True):
        past = world.frame[name].shift(lag)
        acting.append(abs(world.frame["y"][when].corr(past[when])))
        idle.append(abs(world.frame["y"][~when].corr(past[~when])))
    assert max(idle) < 0.1
    assert min(acting) > 0.8


@every_seed
def test_every_other_variable_correlates_with_one_driver(seed):
    world = WORLDS["correlated"](seed=seed)
    between = world.frame.drop(columns="y").corr().abs()
    between = between.loc[[name for name in between if name not in world.lags], list(world.lags)]
    tied = between.to_numpy() > 0.5
    assert (tied.sum(axis=1) == 1).all()
    assert tied.sum(axis=0).tolist() == [2, 2, 1]
    assert between.max(axis=1).between(0.67, 0.83).all()
    assert between.to_numpy()[~tied].max() < 0.07


@every_seed
def test_the_copies_are_those_stated_and_no_others(seed):
    world = WORLDS["copies"](seed=seed)
    between = world.frame.drop(columns="y").corr().abs()
    ((driver, alike),) = world.copies.items()
    assert driver in world.lags
    assert not set(alike) & set(world.lags)
    assert set(between.index[between[driver] > 0.5]) == {driver, *alike}
    assert between.loc[list(alike), driver].between(0.998, 0.9999).all()
    assert all(not WORLDS[name](rows=50, seed=seed).copies for name in WORLDS if name != "copies")


@every_world
def test_copies_and_a_targets_past_that_helps_are_neutral_and_nothing_else(name):
    world = WORLDS[name](rows=50, seed=0)
    copied = {column for alike in world.copies.values() for column in alike}
    past = {"y"} if name in ("seasonal", "regime") else set()
    assert world.neutral == copied | past
    assert not world.neutral & set(world.lags)


@every_seed
def test_past_errors_betray_the_strengths_of_a_regime_and_only_there(seed):
    """The target's past tells, with the drivers', which strengths hold: so it is neutral."""
    for name in ("regime", "additive"):
        world = WORLDS[name](seed=seed)
        y, columns = y_of(world)[10:], terms(name, world)[10:]
        products = pd.DataFrame(columns * y[:, None])  # what a driver did, row by row
        recent = products.rolling(50).mean().shift(1).to_numpy()
        informed = np.column_stack([columns, columns * recent])[60:]
        gain = fit(y[60:], columns[60:])[1].std() / fit(y[60:], informed)[1].std()
        assert (gain > 1.2) == (name == "regime"), name


@every_seed
def test_the_targets_own_past_shows_a_season_in_one_world_only(seed):
    day = {name: world(seed=seed).frame["y"].autocorr(24) for name, world in WORLDS.items()}
    assert day.pop("seasonal") > 0.1
    assert max(abs(value) for value in day.values()) < 0.08


@every_seed
def test_the_tails_are_heavy_in_one_world_only(seed):
    kurtosis = {
        name: unexplained(name, WORLDS[name](seed=seed)).kurt()
        for name in WORLDS
        if name != "regime"
    }
    assert kurtosis.pop("heavy_tails") > 2.0
    assert max(abs(value) for value in kurtosis.values()) < 0.5


@every_seed
def test_no_strengths_fit_all_rows_where_regimes_change_but_some_fit_the_last_third(seed):
    world = WORLDS["regime"](seed=seed)
    y, columns = y_of(world)[10:], terms("regime", world)[10:]
    noise = world.noise * y.std()
    assert fit(y, columns)[1].std() > 1.4 * noise
    assert fit(y[2700:], columns[2700:])[1].std() == pytest.approx(noise, rel=0.05)
