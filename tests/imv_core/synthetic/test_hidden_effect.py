"""A hidden column: its effect is as large as was asked, and by its looks it is one of the table."""

import doctest

import numpy as np
import pandas as pd
import pytest

from imv_core import SettingsError, TableError, inject, read_table
from imv_core.synthetic import hidden_effect

ROWS = 2000


def _memory(rng, keeps):
    values = rng.standard_normal(ROWS)
    for row in range(1, ROWS):
        values[row] += keeps * values[row - 1]
    return values


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(1)
    columns = {
        "white": rng.standard_normal(ROWS),
        "walk": np.cumsum(rng.standard_normal(ROWS)),
        "slow": np.exp(_memory(rng, 0.8)),  # skewed, as rain or prices are
        "fast": _memory(rng, 0.2),
        "faster": _memory(rng, 0.1),
        "flag": (np.arange(ROWS) % 100 == 0).astype(float),
        "label": np.where(rng.random(ROWS) < 0.5, "a", "b"),
    }
    index = pd.date_range("2024-01-01", periods=ROWS, freq="h", name="time")
    return pd.DataFrame(columns, index)


@pytest.fixture(scope="module")
def table(frame):
    return read_table(frame, name="mine")


@pytest.mark.parametrize("lags", [5, [5], (2, 7)])
def test_the_effect_is_the_asked_share_of_what_varies_least(table, lags):
    for target, of_change in (("white", False), ("walk", True)):
        found = inject(table, target, 0.2, lags)
        y, effect = table.frame[target], found.table.frame[target] - table.frame[target]
        assert found.of_change == of_change
        assert effect.mean() == pytest.approx(0, abs=1e-9)
        if of_change:
            y, effect = y.diff(), effect.diff()
        assert effect.std() == pytest.approx(0.2 * y.std(), rel=0.01)


def test_the_effect_follows_the_hidden_column_by_the_lag(table):
    found = inject(table, "white", 0.3, 5)
    hidden = found.table.frame[found.column]
    effect = found.table.frame["white"] - table.frame["white"]
    assert effect.corr(hidden.shift(5)) == pytest.approx(1)
    assert (found.lags, found.acting) == ((5,), {5})
    assert inject(table, "walk", 0.3, (2, 7)).acting == {2, 3, 7, 8}


def test_the_hidden_column_has_the_values_and_the_memory_of_a_typical_one(table):
    found = inject(table, "white", 0.2)
    assert found.like == "slow"  # of fast, faster, slow and walk, not of the flag or the labels
    hidden, like = found.table.frame[found.column], table.frame["slow"]
    np.testing.assert_array_equal(np.sort(hidden), np.sort(like))
    for lag in (1, 3, 10):
        assert hidden.autocorr(lag) == pytest.approx(like.autocorr(lag), abs=0.1)
    others = table.frame.select_dtypes(float).drop(columns="walk")  # a walk correlates with any
    assert others.corrwith(hidden).abs().max() < 0.15


def test_the_table_of_the_user_stays_as_it_is_and_the_copy_differs_in_two_columns(table, frame):
    before = table.fingerprint
    found = inject(table, "slow", 0.2, seed=3)
    pd.testing.assert_frame_equal(table.frame, read_table(frame).frame)
    same = [name for name in frame if name != "slow"]
    pd.testing.assert_frame_equal(found.table.frame[same], table.frame[same])
    assert list(found.table.frame) == [*frame, "hidden"]
    assert (found.table.name, found.table.freq) == (table.name, table.freq)
    assert found.table.fingerprint != before == table.fingerprint


def test_no_effect_leaves_the_target_as_it_is_beside_the_same_column(table):
    none, some = (inject(table, "white", strength, seed=4) for strength in (0.0, 0.4))
    pd.testing.assert_series_equal(none.table.frame["white"], table.frame["white"])
    pd.testing.assert_series_equal(none.table.frame["hidden"], some.table.frame["hidden"])
    other = inject(table, "white", 0.4, seed=5)
    assert not other.table.frame["hidden"].equals(some.table.frame["hidden"])


def test_what_is_missing_stays_missing_and_only_that(frame):
    holes = frame.copy()
    holes.loc[holes.index[100:140], "white"] = np.nan
    holes.loc[holes.index[:30], ["slow", "fast", "faster"]] = np.nan
    found = inject(read_table(holes), "white", 0.2)
    assert found.table.frame["white"].isna().to_numpy().nonzero()[0].tolist() == [*range(100, 140)]
    assert found.table.frame["hidden"].notna().all()


def test_a_name_that_is_taken_is_not_taken_again(frame):
    taken = frame.rename(columns={"slow": "hidden", "fast": "hidden 2"})
    assert inject(read_table(taken), "white", 0.1).column == "hidden 3"


def test_where_no_other_column_can_be_imitated_the_target_is(frame):
    assert inject(read_table(frame[["white", "flag", "label"]]), "white", 0.1).like == "white"


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"target": "wite"}, TableError, "Did you mean 'white'"),
        ({"target": "label"}, TableError, "holds text"),
        ({"strength": -0.1}, SettingsError, "'strength' is -0.1"),
        ({"strength": float("nan")}, SettingsError, "'strength' is nan"),
        ({"lags": 0}, SettingsError, "between 1 and 1999"),
        ({"lags": ROWS}, SettingsError, "between 1 and 1999"),
        ({"lags": ()}, SettingsError, "'lags' is"),
        ({"seed": -1}, SettingsError, "'seed' is -1"),
        ({"strength": 1e308, "target": "walk"}, TableError, "too large"),
    ],
)
def test_what_cannot_be_hidden_gets_a_sentence(table, options, error, said):
    with pytest.raises(error, match=said):
        inject(table, **{"target": "white", "strength": 0.2, **options})


def test_the_example_in_the_docstring_runs():
    names = {"pd": pd, "np": np, "read_table": read_table}
    result = doctest.testmod(hidden_effect, extraglobs=names)
    assert (result.failed, result.attempted) == (0, 5)
