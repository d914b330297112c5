"""A known effect in a user's table: found where it is strong, and not where there is none."""

import json

import numpy as np
import pandas as pd
import pytest

from imv_core import CheckStopped, Settings, read_table
from imv_core.synthetic import injection
from imv_core.synthetic.injection import COLUMNS, Injection, find_injected

SETTINGS = Settings("y", max_epochs=3, hidden_size=2, lookback=6)


@pytest.fixture(scope="module")
def own(world):
    return read_table(world.frame[["y", "x2", "x3", "x5"]].iloc[:500], name="own")


@pytest.fixture
def two_strengths(monkeypatch):
    monkeypatch.setattr(injection, "STRENGTHS", (0.0, 0.8))


def _made(shares, lags, *, of_change=False, uniform=0.2, lag=5):
    strengths = injection.STRENGTHS[: len(shares)]
    rows = list(zip(strengths, shares, lags, lags, strict=True))
    return Injection(pd.DataFrame(rows, columns=COLUMNS), lag, of_change, uniform, "x2")


def test_a_strong_effect_is_found_at_its_lag_and_none_is_not(own, two_strengths):
    told = []
    found = find_injected(own, SETTINGS, lambda share, what: told.append((share, what)))
    none, strong = found.trials.itertuples(index=False)
    assert none.share < found.uniform < strong.share
    assert (strong.lag_by_attention, strong.lag_by_attribution) == (3, 3) == (found.lag,) * 2
    assert (found.outcomes, found.smallest) == (["found"], 0.8)
    assert found.sentence == "Hidden at lag 3 with 80% of the target's variation: found, at lag 3."
    assert [share for share, _ in told] == sorted(share for share, _ in told)
    assert {what for _, what in told} == {
        "training with a hidden effect of 0%",
        "training with a hidden effect of 80%",
    }
    again = Injection.from_json(json.loads(json.dumps(found.to_json())))
    assert (again.sentence, again.like) == (found.sentence, found.like)


def test_variables_that_are_chosen_stay_chosen_and_the_target_may_be_among_them(own, two_strengths):
    chosen = Settings("y", ("y", "x3"), max_epochs=3, hidden_size=2, lookback=4, horizon=2, seeds=2)
    found = find_injected(own, chosen)
    assert (found.smallest, found.lag, found.uniform) == (0.8, 2, pytest.approx(1 / 3))


def test_of_a_walk_the_change_is_what_an_effect_is_measured_by(two_strengths):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"y": np.cumsum(rng.standard_normal(500)), "a": rng.standard_normal(500)})
    found = find_injected(read_table(frame, name="walk"), SETTINGS)
    assert found.of_change
    assert found.smallest == 0.8
    assert "80% of the target's variation from row to row: found, at lag" in found.sentence


def test_no_stronger_effect_is_tried_than_is_needed(own, monkeypatch):
    monkeypatch.setattr(injection, "STRENGTHS", (0.0, 0.8, 0.9))
    assert len(find_injected(own, SETTINGS).trials) == 2


@pytest.mark.parametrize(
    ("shares", "lags", "outcomes", "said"),
    [
        ((0.01, 0.3), (9, 5), ["found"], "with 5% of the target's variation: found, at lag 5."),
        (
            (0.01, 0.1, 0.3),
            (9, 5, 5),
            ["not found", "found"],
            "10% of the target's variation: found, at lag 5. With 5%: not found.",
        ),
        (
            (0.01, 0.1, 0.1, 0.1, 0.3),
            (9, 5, 5, 5, 4),
            [*["not found"] * 3, "found at another lag"],
            "40% of the target's variation: found, but at lag 4. Nothing weaker",
        ),
        (
            (0.01, 0.1, 0.1, 0.1, 0.1),
            (9, 5, 5, 5, 5),
            ["not found"] * 4,
            "40% of the target's variation: not found. Nothing weaker is found at its lag.",
        ),
        # more than without an effect, but not twice as much
        ((0.2, 0.3), (9, 5), ["not found"], "not found"),
        ((0.6, 0.9), (9, 5), ["found"], "found, at lag 5"),
    ],
)
def test_found_is_what_stands_out_at_its_lag(shares, lags, outcomes, said):
    made = _made(shares, lags)
    assert made.outcomes == outcomes
    assert said in made.sentence
    assert (made.smallest is not None) == (outcomes[-1] == "found")


def test_where_the_change_is_meant_the_lag_after_is_right_too():
    shares, lags = (0.01, 0.3), (1, 6)
    assert _made(shares, lags).outcomes == ["found at another lag"]
    change = _made(shares, lags, of_change=True)
    assert change.outcomes == ["found"]
    assert "found, at lag 6. Lag 6 is right as well" in change.sentence


def test_importance_and_attribution_that_differ_are_both_named():
    made = _made((0.01, 0.3), (9, 5))
    made.trials["lag_by_attribution"] = [9, 4]
    lags = "at lag 5 by temporal importance and at lag 4 by attribution"
    assert made.sentence.endswith(f"found, {lags}.")


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        ("trials", [None, 3, "x", [], {}]),
        ("lag", [0, -1, 1.5, "5", None, True]),
        ("uniform", [0, -0.1, 1.1, float("nan"), "x", None]),
        ("of_change", [1, "yes", None]),
        ("like", [1, None, "\ud800"]),
    ],
)
def test_what_are_no_trials_is_refused(place, wrong):
    values = _made((0.01, 0.3), (9, 5)).to_json()
    for value in wrong:
        with pytest.raises((TypeError, ValueError, LookupError)):
            Injection.from_json({**values, place: value})
    del values[place]
    with pytest.raises(LookupError):
        Injection.from_json(values)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *((0, strength) for strength in (0.3, -0.05, None, "x")),
        *((1, share) for share in (-0.1, 1.1, None, "x")),
        *((place, lag) for place in (2, 3) for lag in (0, -1, 2.5, None, "x")),
    ],
)
def test_trials_with_a_number_out_of_its_range_are_refused(column, value):
    values = _made((0.01, 0.3), (9, 5)).to_json()
    values["trials"]["data"][1][column] = value
    with pytest.raises((TypeError, ValueError, LookupError)):
        Injection.from_json(values)


def test_trials_without_an_effect_alone_are_refused():
    with pytest.raises(ValueError, match="trials"):
        Injection.from_json(_made((0.01,), (9,)).to_json())


def test_it_can_be_stopped(own):
    told = []

    def stop(share, _):
        told.append(share)
        return share > 0.1

    with pytest.raises(CheckStopped):
        find_injected(own, SETTINGS, stop)
    assert told[-1] < 0.3
