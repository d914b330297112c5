"""Worlds of known effects, seen from their table and by moving cells of their equation."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from imv_core import SettingsError
from imv_core.synthetic.effect_generator import LAGS
from imv_core.synthetic.effect_worlds import WORLDS, EffectWorld
from imv_core.synthetic.generator import VARIABLES

SEEDS = [0, 1, 2]
OWN = {  # lag -> effect of the target's own past, where it acts
    "own_half": {1: 0.5},
    "far_half": {1: 0.5},
    "missing_half": {1: 0.5},
    "unit_root": {1: 1.0},
    "drift": {1: 1.0},
    "copies_walk": {1: 1.0},
    "missing_walk": {1: 1.0},
    "seasonal_walk": {6: 1.0},
}

every_world = pytest.mark.parametrize("name", WORLDS)
every_seed = pytest.mark.parametrize("seed", SEEDS)


@cache
def grown(name: str, seed: int) -> EffectWorld:
    return WORLDS[name](seed=seed)


def cells(world: EffectWorld) -> list[tuple[str, int]]:
    """The planted ones, each a variable at a lag."""
    return [(name, lag) for name, lags in world.lags.items() for lag in lags]


def past_of(world: EffectWorld) -> np.ndarray:
    """The planted cells of every row, (rows, cells)."""
    return np.column_stack([world.frame[name].shift(lag) for name, lag in cells(world)])


def least_squares(world: EffectWorld) -> tuple[np.ndarray, np.ndarray]:
    """Effects of the planted cells as the table alone tells them, and what they leave of y."""
    columns, y = past_of(world), world.frame["y"].to_numpy()
    if not world.has_contributions:  # what the clock adds
        t = np.arange(len(y))
        angle = 2 * np.pi * t / 24
        columns = np.column_stack([columns, t, np.sin(angle), np.cos(angle)])
    whole = np.isfinite(columns).all(axis=1) & np.isfinite(y)
    columns, y = (values[whole] - values[whole].mean(axis=0) for values in (columns, y))
    found, *_ = np.linalg.lstsq(columns, y)
    return found[: len(cells(world))], y - columns @ found


@every_seed
@every_world
def test_moving_a_cell_moves_what_is_expected_by_the_strength_in_original_units(name, seed):
    world = WORLDS[name](rows=50, seed=seed)
    units = world.equation.units
    for n, (column, unit) in enumerate(units.items()):
        strengths = world.equation.strengths[::-1, n] * units["y"].deviation / unit.deviation
        np.testing.assert_allclose(world.effects.loc[column], strengths, rtol=1e-6, atol=1e-12)
    acting = {cell for cell, effect in world.effects.stack().items() if effect}
    assert acting == set(cells(world))


@every_world
def test_the_effect_of_a_cell_is_the_same_in_every_window(name):
    world = WORLDS[name](rows=200, seed=3)
    values = world.frame.ffill().to_numpy()
    for row in (LAGS, 57, 199):
        effects = world.equation.effects(values[row - LAGS : row], row)
        np.testing.assert_allclose(effects, world.effects, rtol=1e-6, atol=1e-12)


@every_seed
@every_world
def test_least_squares_finds_the_effects_in_the_table(name, seed):
    world = grown(name, seed)
    units = world.equation.units
    for (variable, lag), effect in zip(cells(world), least_squares(world)[0], strict=True):
        unit = units["y"].deviation / units[variable].deviation
        assert effect / unit == pytest.approx(world.effects.loc[variable, lag] / unit, abs=0.03)


@every_seed
@every_world
def test_what_the_equation_leaves_is_the_stated_noise(name, seed):
    world = grown(name, seed)
    values, spread = world.frame.to_numpy(), world.frame["y"].std()
    expected = [world.equation(values[row - LAGS : row], row) for row in range(LAGS, len(values))]
    left = pd.Series(values[LAGS:, 0] - expected)
    assert left.std() == pytest.approx(world.noise * spread, rel=0.02)
    assert left.std() == pytest.approx(0.3 * world.equation.units["y"].deviation, rel=0.05)
    assert abs(left.autocorr(1)) < 0.07
    assert least_squares(world)[1].std() == pytest.approx(left.std(), rel=0.01)


@every_world
def test_the_targets_own_past_acts_where_it_is_said_and_nowhere_else(name):
    world = WORLDS[name](rows=50, seed=1)
    own = world.effects.loc["y"]
    assert own[own != 0].round(9).to_dict() == OWN.get(name, {})
    assert world.lags.get("y", ()) == tuple(OWN.get(name, {}))
    assert ("y" in world.neutral) == (name == "trend_season")


@every_seed
@every_world
def test_contributions_and_a_window_of_medians_add_up_to_what_is_expected(name, seed):
    world = WORLDS[name](rows=400, seed=seed)
    values, rows = world.frame.ffill(), np.arange(300, 400)
    told = world.true_contribution(rows, train_rows=280)
    assert list(told) == list(world.effects.index)
    assert list(told.index) == list(world.frame.index[300:])
    medians = np.tile(values[:280].median(), (LAGS, 1))
    for row in rows[:20]:
        expected = world.equation(values.to_numpy()[row - LAGS : row], row)
        base = world.equation(medians, row)
        total = told.loc[world.frame.index[row]].sum()
        assert base + total == pytest.approx(expected, rel=1e-9)
    importance = world.true_importance(rows, train_rows=280)
    assert importance.sum() == pytest.approx(1.0)
    assert set(importance.index[importance > 0]) == set(world.lags)


def test_on_a_random_walk_the_own_past_comes_first_and_has_nothing_where_it_is_absent():
    for seed in SEEDS:
        rows = np.arange(3400, 4000)
        walk = grown("unit_root", seed).true_importance(rows, train_rows=2800)
        assert walk.idxmax() == "y"
        assert walk["y"] > 0.8
        assert grown("own_absent", seed).true_importance(rows, train_rows=2800)["y"] == 0


@every_world
def test_the_same_seed_gives_the_same_world_and_another_seed_another_truth(name):
    first, again, other = (WORLDS[name](rows=300, seed=seed) for seed in (0, 0, 1))
    pd.testing.assert_frame_equal(first.frame, again.frame, check_exact=True)
    pd.testing.assert_frame_equal(first.effects, again.effects, check_exact=True)
    assert (first.noise, first.copies) == (again.noise, again.copies)
    assert first.lags != other.lags


@every_world
def test_the_truth_does_not_depend_on_the_number_of_rows(name):
    few, many = WORLDS[name](rows=20, seed=5), WORLDS[name](rows=3000, seed=5)
    assert list(few.lags.items()) == list(many.lags.items())
    assert few.copies == many.copies
    pd.testing.assert_frame_equal(few.effects, many.effects)


def test_over_the_seeds_every_variable_drives_and_both_signs_occur():
    worlds = [WORLDS["own_absent"](rows=20, seed=seed) for seed in range(30)]
    assert {name for world in worlds for name in world.lags} == set(VARIABLES)
    signs = [np.sign(w.effects.loc[n, lag]) for w in worlds for n, (lag,) in w.lags.items()]
    assert abs(np.mean(signs)) < 0.5


@every_world
@pytest.mark.parametrize("rows", [2, 5, 100])
def test_a_world_has_the_asked_rows_at_regular_times(name, rows):
    world = WORLDS[name](rows=rows, seed=2**40)
    assert list(world.frame) == ["y", *VARIABLES]
    assert len(world.frame) == rows
    assert world.frame.index.name == "time"
    step = pd.Timedelta(hours=4 if name == "seasonal_walk" else 1)
    assert set(world.frame.index[1:] - world.frame.index[:-1]) == {step}
    assert np.isfinite(world.frame.drop(columns="y").to_numpy()).all()
    assert np.isfinite(world.noise)


@every_world
def test_a_world_without_rows_or_with_a_seed_below_0_is_refused(name):
    with pytest.raises(SettingsError, match="'rows' is 1;"):
        WORLDS[name](rows=1)
    with pytest.raises(SettingsError, match="'seed' is -1;"):
        WORLDS[name](seed=-1)


@every_seed
@every_world
def test_variables_are_slow_as_sensors_or_white(name, seed):
    world = grown(name, seed)
    memory = pd.Series({v: world.frame[v].autocorr(1) for v in VARIABLES})
    if name in ("drift", "missing_walk"):
        assert memory[[v for v in world.lags if v != "y"]].abs().max() < 0.07
    else:
        assert memory.between(0.87, 0.99).all()


@every_seed
@pytest.mark.parametrize("name", ["near_copies", "copies_walk"])
def test_one_copy_is_alike_and_one_a_mirror_image_and_no_others_are(name, seed):
    world = grown(name, seed)
    between = world.frame[list(VARIABLES)].corr()
    (first, alike), (second, mirror) = world.groups
    assert between.loc[first, alike] > 0.98
    assert between.loc[second, mirror] < -0.98
    assert {alike, mirror} == world.neutral
    assert not {alike, mirror} & set(world.lags)
    near = np.argwhere(np.triu(between.abs() > 0.9, 1))
    assert {frozenset(between.index[pair]) for pair in near} == {*map(frozenset, world.groups)}


@every_seed
def test_levels_are_far_from_zero_where_it_is_said(seed):
    for name in ("far_absent", "far_half", "drift"):
        y = grown(name, seed).frame["y"]
        assert abs(y.mean() - 1e6) < 1e3
    world = grown("far_absent", seed)
    driver = world.frame[next(iter(world.lags))]
    assert driver.mean() == pytest.approx(1e5, abs=2)
    assert driver.std() == pytest.approx(2, rel=0.3)


@every_seed
@pytest.mark.parametrize("name", ["missing_absent", "missing_half", "missing_walk"])
def test_some_of_the_targets_values_are_missing_singly_in_stretches_and_at_the_end(name, seed):
    frame = grown(name, seed).frame
    missing = frame["y"].isna()
    assert 0.02 < missing.mean() < 0.06
    assert missing.iloc[-1]
    assert not missing.iloc[:LAGS].any()
    lengths = missing.groupby((~missing).cumsum()).sum()
    assert (lengths == 1).sum() > 30
    assert lengths.max() >= 6
    whole = {"missing_absent": "own_absent", "missing_half": "own_half"}.get(name)
    if whole:  # but for them it is that world
        other = grown(whole, seed).frame
        pd.testing.assert_frame_equal(frame.where(~frame.isna(), other), other)


@every_seed
def test_a_season_that_the_clock_adds_is_seen_in_the_targets_past_and_its_trend_in_its_level(seed):
    world = grown("trend_season", seed)
    effects = [world.effects.loc[cell] for cell in cells(world)]
    clock = (world.frame["y"] - past_of(world) @ effects).dropna()
    assert clock.autocorr(24) > 0.8
    halves = clock[: len(clock) // 2].mean() - clock[len(clock) // 2 :].mean()
    assert abs(halves) > 3 * 0.3 * 20  # of the noise's deviation
