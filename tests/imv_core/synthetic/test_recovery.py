import pytest

from imv_core import CheckStopped, Settings
from imv_core.synthetic import recovery


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(recovery, "ROWS", 900)
    monkeypatch.setattr(recovery, "TRIED", ("additive",))
    monkeypatch.setattr(recovery, "SEEDS", (3,))
    return Settings("price", variables=("a",), horizon=6, lookback=4, max_epochs=4, hidden_size=4)


def test_what_was_planted_is_found_with_the_settings_of_a_model(small):
    told = []
    found = recovery.recover(small, lambda share, what: told.append((share, what)))
    assert found.worlds.loc[0].to_dict() == {
        "world": "additive",
        "seed": 3,
        "drivers": 3,
        "found": 3,
        "exact_by_attention": 3,
        "exact_by_attribution": 3,
    }
    assert found.lookback == 8  # as far as planted lags reach
    assert "1 model found 3 of 3 planted drivers" in found.sentence
    assert told[0][0] < told[-1][0] <= 1
    assert "additive" in told[0][1]
    assert recovery.Recovery.from_json(found.to_json()).sentence == found.sentence


def test_it_can_be_stopped(small):
    with pytest.raises(CheckStopped):
        recovery.recover(small, lambda share, _: share > 0.1)
