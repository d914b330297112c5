"""The quiz of the page Learn: fresh data, two guesses, and the generator's truth."""

import pytest

from imv_core import IMVForecaster, read_table
from imv_core.synthetic.worlds import WORLDS
from tests.dashboard.pages.learn.conftest import array, figures

GIVE = {1: "learn-give-1", 2: "learn-give-2"}


def _world(level="additive", number=1):
    return WORLDS[level](600, seed=number)


def _pick(at, place, names, quiz="lines-1"):
    at.button_group(key=f"learn-guess-{quiz}-{place - 1}").set_value(list(names))
    return at.run()


def _guess(at, place, names, quiz="lines-1"):
    _pick(at, place, names, quiz)
    at.button(key=GIVE[place]).click()
    return at.run()


def _boxes(at):
    return {metric.label: metric.value for metric in at.metric}


def _said(at):
    return "\n".join(element.value for element in (*at.markdown, *at.success, *at.warning))


def _wrong(world):
    return [name for name in world.frame if name not in (*world.lags, "y")][:3]


def _bars(at):
    names, places = [], []
    for figure in figures(at):
        for trace in figure:
            if trace.get("orientation") == "h":
                names, places = trace["text"], array(trace["x"])
    return dict(zip(names, places, strict=True))


def test_both_guesses_are_scored_by_what_the_generator_planted(chapter):
    world = _world()
    driver, *_ = world.lags
    first = [driver, *_wrong(world)[:2]]
    at = _guess(chapter(6, quiz="1"), 1, first)
    assert not at.metric
    assert "The truth" not in _said(at)
    at = _guess(at, 2, world.lags)
    assert [e.value for e in at.exception] == []
    boxes = _boxes(at)
    assert boxes["Guess from the data"] == "1 of 3"
    assert boxes["Guess with the explanation"] == "3 of 3"
    assert boxes["Highest importance"] == "3 of 3"
    assert "The explanation was right here" in at.success[0].value
    assert boxes["By chance"] == "1.1 of 3"  # three of eight drawn: 3 * 3 / 8
    for name, (lag,) in world.lags.items():
        assert f"{name} at lag {lag}" in _said(at)
    assert f"right: {driver}; wrong: {first[1]} and {first[2]}." in _said(at)


def test_the_importance_is_that_of_a_model_trained_on_these_data_and_names_no_truth(chapter):
    at = _guess(chapter(6, quiz="3"), 1, ["x1", "x2", "x3"], "lines-3")
    table = read_table(_world(number=3).frame)
    forecaster = IMVForecaster("y", lookback=8, hidden_size=4, max_epochs=2, predict="level")
    importance = forecaster.fit(table).explain(table).variable_importance
    assert _bars(at) == pytest.approx(importance.to_dict(), abs=1e-3)
    told = forecaster.predict(table)
    share = 1 - ((told.actual - told.forecast) ** 2).mean() / told.actual.var(ddof=0)
    assert f"**{share:.0%}** of the variance" in _said(at)
    assert "planted x" not in _said(at)


def test_where_the_explanation_is_wrong_the_page_says_so(chapter):
    world = _world("nonlinear", 4)
    at = chapter(6, quiz="4", level="curves")
    for place in (1, 2):
        at = _guess(at, place, world.lags, "curves-4")
    named = sorted(set(_bars(at)) - {"y"}, key=_bars(at).get)[-3:]
    missed = set(world.lags) - set(named)
    assert missed  # of this one the model misses the square
    assert _boxes(at)["Highest importance"] == f"{3 - len(missed)} of 3"
    assert _boxes(at)["Guess with the explanation"] == "3 of 3"
    assert f"wrong here: {', '.join(missed)}" in at.warning[0].value
    assert not at.success


def test_a_guess_is_of_three(chapter):
    at = chapter(6)
    for names, sentence in (
        ([], "Choose 3 more"),
        (["x1"], "Choose 2 more"),
        (["x1", "x2", "x3", "x4"], "take 1 away"),
        (["x1", "x2", "x3"], "You can change your mind"),
    ):
        at = _pick(at, 1, names)
        assert any(sentence in caption.value for caption in at.caption)
        assert at.button(key="learn-give-1").disabled == (len(names) != 3)


def test_a_guess_stays_until_new_data_begin_anew(chapter):
    at = _guess(chapter(6), 1, ["x1", "x2", "x3"])
    assert not [group for group in at.button_group if group.key == "quiz-lines-1-0"]
    assert "from the data alone:** x1, x2 and x3." in _said(at)
    at.button(key="learn-quiz-new").click()
    at.run()
    assert at.number_input(key="learn-quiz").value == 2
    assert at.button_group(key="learn-guess-lines-2-0").value == []
    at.number_input(key="learn-quiz").set_value(9999)
    at.run()
    at.button(key="learn-quiz-new").click()  # after the last come the first
    at.run()
    assert "from the data alone:** x1, x2 and x3." in _said(at)


@pytest.mark.parametrize("odd", ["0", "99999999999999999999", "two", ""])
def test_an_odd_number_in_a_link_leads_to_the_first_data(chapter, odd):
    at = chapter(6, quiz=odd)
    assert at.number_input(key="learn-quiz").value in (1, None)
    assert at.button_group(key="learn-guess-lines-1-0").value == []


def test_the_data_are_seen_through_time_and_against_a_lag(chapter):
    frame = _world().frame
    lines = figures(chapter(6, view="time"))[1]
    assert [array(trace["customdata"]).tolist() for trace in lines] == [
        pytest.approx(frame[name].tail(100).tolist()) for name in frame
    ]
    at = chapter(6, lag="5")
    x3 = figures(at)[1][2]
    past = frame["x3"].shift(5).tail(150)
    assert array(x3["x"]) == pytest.approx(((past - past.mean()) / past.std()).to_numpy())
    actual = frame["y"].tail(150)
    assert array(x3["y"]) == pytest.approx(((actual - actual.mean()) / actual.std()).to_numpy())


def test_the_snippet_names_what_the_page_names(chapter, snippet):
    told = snippet("quiz")
    at = _guess(chapter(6), 1, ["x1", "x2", "x3"])
    assert _bars(at) == pytest.approx(told["importance"].to_dict(), abs=1e-3)
    assert told["world"].lags == _world().lags
    assert set(told["found"]) == set(told["named"]) & set(told["world"].lags)
