"""The data sets of Barić et al. and their truth, how methods are marked on them, and a trial."""

import json
from functools import cache

import numpy as np
import pandas as pd
import pytest

from benchmarks import baric, baric_data, baric_tables, boosting, explainable, trials
from benchmarks.baric import Scope
from benchmarks.baric_data import FLOOR, LAGS, draw
from benchmarks.baric_equations import DATA_SETS, LOOKBACK
from benchmarks.baric_methods import METHODS, Case, Claims, Trained
from imv_core import Settings

MOVING = [name for name, data_set in DATA_SETS.items() if data_set.targets]
EVERY_SERIES = [(name, series) for name in MOVING for series in DATA_SETS[name].names]


@cache
def _world(name: str, rows: int | None = None):
    return draw(name, seed=1, rows=rows)


def _everywhere(world):
    return np.ones(world.test_rows, bool)


# Equations, written a second time: x(n, lag) is the column Xn, so many rows before


def _driven(x):
    return [
        (x(0, 3) + x(0, 4)) / 2,
        x(0, 9),
        (x(0, 2) + x(0, 7)) / 2,
        (x(0, 3) + x(0, 4) + 8 * x(0, 8)) / 10,
        (3 * x(0, 2) + 2 * x(0, 5) + 4 * x(0, 8)) / 9,
    ]


def _turning(r):
    return lambda x: [
        r * x(0, 3) * (1 - x(0, 3)),
        r * x(1, 5) * (1 - x(1, 5)),
        (x(0, 3) + x(1, 5)) / 2,
    ]


EQUATIONS = {  # what each series is without its noise, before any tanh
    "2": lambda x: [(x(n, 3) + x(n, 7)) / 2 for n in range(5)],
    "3": lambda x: [(5 * x(n, 3) + x(n, 7) + x(n, 9)) / 7 for n in range(5)],
    "4": lambda x: [(2 * x(n, 2) + x(n, 5) + 2 * x(n, 9)) / 5 for n in (1, 0)],
    "5": _driven,
    "6": _driven,
    "7": lambda x: [
        (x(0, 1) + 3 * x(0, 5)) / 4,
        1 - x(0, 2),
        x(1, 1) + x(3, 4),
        1 + (5 * x(0, 1) - 2 * x(2, 4)) / 7,
        (12 * x(4, 4) + 10 * x(1, 1)) / 22,
    ],
    "8": lambda x: [
        (x(0, 1) + x(0, 3)) / 2,
        x(0, 5).where(x(0, 5) > 0.5, x(3, 2)),
        x(0, 4).where(x(0, 5) > 0.5, x(3, 4)),
        (x(3, 1) + x(3, 4)) / 2,
    ],
    "10-3.2": _turning(3.2),
    "10-3.55": _turning(3.55),
    "10-3.57": _turning(3.56996),
}


@pytest.mark.parametrize("name", EQUATIONS)
def test_a_series_is_its_equation_and_noise_of_a_tenth_in_three_of_ten_rows(name):
    frame = _world(name).frame
    inside = np.arctanh(frame) if name in "36" else frame
    sums = EQUATIONS[name](lambda n, lag: frame[f"X{n}"].shift(lag))
    assert len(sums) == len(frame.columns)
    for series, expected in zip(frame, sums, strict=True):
        noise = (inside[series] - expected).iloc[9:]
        is_noisy = noise.abs() > 1e-9
        if name.startswith("10"):
            assert not is_noisy.any()
            continue
        assert is_noisy.mean() == pytest.approx(0.3, abs=0.02)
        assert noise[is_noisy].std() == pytest.approx(0.1, rel=0.05)


def test_constants_are_constant_but_for_the_noise():
    noise = _world("1").frame - _world("1").levels
    assert (noise.abs() > 1e-9).mean().to_numpy() == pytest.approx(0.3, abs=0.02)
    assert len(set(_world("1").levels)) == 5


@pytest.mark.parametrize("name", ["10-1.5", "10-2.5"])
def test_logistic_maps_below_3_stand_still_and_are_not_tried(name):
    assert _world(name).frame.std().max() < 1e-12
    assert not baric.plan(Scope([name], METHODS, seeds=1, targets=["X2"]))


def test_maps_of_two_values_are_not_tried_as_a_series_follows_from_the_past_of_any():
    frame = _world("10-3.2").frame
    x = [frame["X2"].shift(lag) for lag in (0, 3, 5, 8)]
    assert np.ptp(sum(x)[8:]) < 1e-9
    assert not DATA_SETS["10-3.2"].targets
    x = [_world("10-3.55").frame["X2"].shift(lag) for lag in (0, 3, 5, 8)]
    assert np.ptp(sum(x)[8:]) > 0.1


def test_who_knows_the_equation_is_left_with_the_floor():
    for name, series in EVERY_SERIES:
        error = _world(name).error(series)
        if name.startswith("10"):
            assert error < 1e-12
        else:
            assert error == pytest.approx(FLOOR, rel=0.2)


def test_every_seed_draws_another_and_few_rows_are_the_last():
    whole, few = _world("2"), _world("2", 1500)
    assert (len(whole.frame), whole.test_rows) == (19_000, 2_000)
    assert (len(few.frame), few.test_rows) == (1_500, 300)
    np.testing.assert_array_equal(whole.frame.tail(1500).to_numpy(), few.frame.to_numpy())
    assert not np.allclose(draw("2", seed=2, rows=1500).frame, few.frame)


def test_shares_leave_the_rows_of_the_test_part():
    for rows in (None, 1500):
        world = _world("2", rows)
        case = _case(world, "X0")
        assert len(case.test) == world.test_rows
        np.testing.assert_array_equal(
            case.test.actual[:, 0], world.frame["X0"].tail(len(case.test))
        )


def test_windows_of_the_test_part_are_the_rows_before_each_forecast():
    world = _world("7", 1500)
    for place in (0, 7, world.test_rows - 1):
        row = len(world.frame) - world.test_rows + place
        rows = world.frame.iloc[row - LOOKBACK : row]
        np.testing.assert_array_equal(world.past[place], rows)


# Truth


@pytest.mark.parametrize(("name", "series"), EVERY_SERIES)
def test_moving_a_cell_of_the_past_moves_the_series_by_its_coefficient(name, series):
    world = _world(name, 1500)
    for which in world.regimes(series):
        truth = world.truth(series, which)
        is_off = world.data.switch is not None and not world.data.is_on(world.past[which]).all()
        terms = world.data.switch.otherwise if is_off else world.data.terms
        declared = pd.DataFrame(0.0, index=world.data.names, columns=list(LAGS))
        for cell, coefficient in terms.get(series, {}).items():
            declared.loc[cell] = coefficient
        if series in world.data.maps:
            assert truth.effects is None
        elif world.data.is_bounded:  # a tanh is flatter than 1, and here never flat
            assert ((truth.effects <= declared) & (truth.effects >= 0.8 * declared)).all(axis=None)
        else:
            np.testing.assert_allclose(truth.effects, declared, atol=1e-9)
        pd.testing.assert_frame_equal(truth.acts, declared != 0)


def test_each_side_of_the_switch_has_its_own_lags_and_both_have_windows():
    world = _world("8", 6000)
    on, off = world.regimes("X1")
    assert on.mean() > 0.1
    assert off.mean() > 0.1
    assert (on ^ off).all()
    assert _cells(world.truth("X1", on).acts) == [("X0", 5)]
    assert _cells(world.truth("X1", off).acts) == [("X3", 2)]
    assert _cells(world.truth("X1", _everywhere(world)).acts) == [("X0", 5), ("X3", 2)]
    assert _cells(world.truth("X1", off).decides) == [("X0", 5)]
    assert _cells(world.truth("X2", on).decides) == [("X0", 5)]
    assert len(world.regimes("X0")) == 1


def _cells(is_true):
    return list(is_true.stack()[lambda kept: kept].index)


# Marks


def _trained(world, series, spoil=lambda claims: claims):
    """Who knows the truth, or says something else."""

    def claims(which):
        truth = world.truth(series, which)
        cells = truth.acts.astype(float) + 5 * truth.decides
        return spoil(Claims(truth.acts.sum(axis=1), cells, truth.effects))

    return Trained(0.0, claims)


@pytest.mark.parametrize("name", MOVING)
def test_the_truth_has_all_marks(name):
    world = _world(name, 6000 if name == "8" else 1500)
    for series in world.data.targets:
        found = baric.marks(_trained(world, series), world, series)
        assert found.get("auroc", 1.0) == 1.0
        for right, (of, _) in baric_tables.COUNTS.items():
            assert found.get(right) == found.get(of), right
        assert found.get("coefficient_error_all", 0.0) == 0.0


def test_where_nothing_acts_coefficients_alone_are_marked():
    world = _world("1", 1500)

    def half(claims):
        return claims._replace(coefficients=claims.coefficients + 0.5)

    found = baric.marks(_trained(world, "X0", half), world, "X0")
    assert found == {"coefficient_error_all": pytest.approx(0.5)}


def test_a_wrong_lag_a_wrong_sign_and_a_wrong_source_cost_their_mark():
    world = _world("7", 1500)  # X2 from X1 at 1 and X3 at 4

    def spoil(claims):
        cells, coefficients = claims.cells.copy(), claims.coefficients.copy()
        cells.loc["X3", 6] = 2.0
        coefficients.loc["X1", 1] *= -1
        return Claims(claims.sources.where(claims.sources.index != "X1", -1), cells, coefficients)

    found = baric.marks(_trained(world, "X2", spoil), world, "X2")
    assert found["auroc"] == 0.5  # X3 comes before the three others, X1 after them
    assert (found["exact"], found["planted"]) == (1, 2)
    assert (found["signs"], found["signed"]) == (1, 2)
    assert found["coefficient_error"] == pytest.approx(1.0)  # of 2 and 0
    assert found["coefficient_error_all"] == pytest.approx(2 / 50)


def test_one_map_for_both_sides_of_a_switch_is_wrong_on_one_at_least():
    world = _world("8", 6000)
    trained = _trained(world, "X1")
    both = Trained(
        0.0, lambda which: trained.claims(_everywhere(world))._replace(coefficients=None)
    )
    found = baric.marks(both, world, "X1")
    assert (found["exact"], found["planted"]) == (2, 2)
    assert (found["regime_exact"], found["regime_planted"]) == (1, 2)
    assert "signs" not in found


# Methods


def _case(world, series, **settings):
    rows = len(world.frame)
    train, validation = baric_data.shares(rows)
    shares = {"train_share": train, "validation_share": validation}
    return Case(world, Settings(series, lookback=LOOKBACK, **shares, **settings))


@pytest.mark.parametrize("predict", ["level", "change"])
def test_ridge_finds_a_linear_equation_also_where_it_learns_the_change(predict):
    world = _world("7")
    trained = METHODS["ridge"](_case(world, "X3", predict=predict))
    found = baric.marks(trained, world, "X3")
    assert (found["exact"], found["signs"]) == (2, 2)
    assert found["coefficient_error"] < 0.05
    assert trained.mse < 1.1 * world.error("X3")


def test_boosting_separates_the_sides_of_the_switch(monkeypatch):
    monkeypatch.setattr(boosting, "ROUNDS", (50,))
    world = _world("8", 6000)
    trained = METHODS["boosting"](_case(world, "X2"))
    on, off = (trained.claims(which).cells for which in world.regimes("X2"))
    assert on.loc["X0"].sum() > on.loc["X3"].sum()
    assert off.loc["X3"].sum() > off.loc["X0"].sum()


def test_terms_of_the_explainable_machine_add_up_to_its_forecast(monkeypatch):
    pytest.importorskip("interpret")
    monkeypatch.setattr(explainable, "ROUNDS", 200)
    monkeypatch.setattr(explainable, "BAGS", 2)
    world = _world("7", 1500)
    case = _case(world, "X4")
    fitted = explainable.fit(*case.prepared[2:], seed=0)
    rest = fitted.predict(case.test) - fitted.contributions(case.test).sum(axis=1)
    if fitted.is_change:
        rest -= case.test.last_known
    assert np.ptp(rest) < 1e-6


# A trial


def test_each_equation_is_tried_with_every_method_and_seed():
    planned = baric.plan(Scope(list(DATA_SETS), ["ours", "textbook"], seeds=2))
    targets = sum(len(data_set.targets) for data_set in DATA_SETS.values())
    assert len(planned) == targets * 2 * 2
    assert {trial["rows"] for trial in planned} == {None}
    assert {trial["settings"]["lookback"] for trial in planned} == {10}
    attentions = [trial["settings"]["attention"] for trial in planned[:2]]
    assert attentions == ["inputs", "states"]
    some = baric.plan(Scope(["2", "4"], ["ridge"], 1, targets=["X3"], rows=5000))
    assert [(t["data"], t["settings"]["target"], t["rows"]) for t in some] == [("2", "X3", 5000)]


@pytest.mark.parametrize("method", METHODS)
def test_a_quick_trial_is_marked_and_its_result_is_kept_as_it_is(method, monkeypatch, tmp_path):
    if method == "explainable":
        pytest.importorskip("interpret")
        monkeypatch.setattr(explainable, "ROUNDS", 50)
    monkeypatch.setattr(boosting, "ROUNDS", (5, 20))
    (trial,) = baric.plan(Scope(["7"], [method], 1, targets=["X2"], rows=500, quick=True))
    result = baric.run_trial(trial)
    assert {"auroc", "exact", "planted", "over_floor", "equation_over_floor"} <= set(result)
    assert ("signs" in result) == (method not in ("textbook", "boosting"))
    log = trials.Log(tmp_path / "log.jsonl")
    log.keep(trial, result)
    kept = trials.Log(tmp_path / "log.jsonl")
    assert kept[json.loads(json.dumps(trial))] == result


# Tables


def _outcome(name, method, **result):
    shared = {"seconds": 3.0, "over_floor": 1.2, "equation_over_floor": 0.98}
    return {"data": name, "method": method}, shared | result


OUTCOMES = [
    _outcome("1", "ours", coefficient_error_all=0.1),
    _outcome("1", "boosting"),
    _outcome("2", "ours", auroc=1.0, exact=1, planted=2, signs=2, signed=2),
    _outcome("2", "ours", auroc=0.5, exact=2, planted=2, signs=2, signed=2),
    _outcome("2", "boosting", auroc=0.75, exact=4, planted=4),
    _outcome("8", "boosting", regime_exact=1, regime_planted=2),
]


def _rows(table: str) -> dict[str, list[str]]:
    """The cells of a table by the first of each row."""
    lines = [[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()]
    assert len({len(line) for line in lines}) == 1
    return {first: rest for first, *rest in lines}


def test_figures_that_a_method_does_not_give_are_dashes():
    tables = baric_tables.tables(OUTCOMES)
    assert _rows(tables["AUROC of sources"])["2 autoregressions"] == [
        "0.7500 (0.5000–1.000)",
        "0.7500",
    ]
    assert "1 constants" not in _rows(tables["AUROC of sources"])
    assert _rows(tables["Signs of coefficients"])["2 autoregressions"] == ["4 of 4", "–"]
    errors = _rows(tables["Mean squared error / 0.003"])
    assert errors["data set"][-1] == "the equation itself"
    assert errors["1 constants"] == ["1.200", "1.200", "0.9800"]


def test_ours_is_compared_with_the_best_of_the_others():
    rows = _rows(baric_tables.tables(OUTCOMES)["Is ours first or equal?"])
    assert rows["data set"] == ["sources", "lags", "signs", "per side"]
    assert rows["1 constants"] == ["–", "–", "–", "–"]
    behind = "no: 0.750, boosting, permutation 1.000"
    assert rows["2 autoregressions"] == ["yes: 0.750", behind, "yes: 1.000", "–"]
