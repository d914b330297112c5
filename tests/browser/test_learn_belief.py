"""Chapter 6 of the page Learn in a real browser: every control, held against the core."""

import numpy as np
import pytest
from playwright.sync_api import expect

from dashboard.pages.learn import models
from imv_core.synthetic.worlds import nonlinear
from tests.browser.conftest import drawn, eventually, in_address, pick, press, settle


@pytest.mark.parametrize("page", ["/learn?chapter=6"], indirect=True)
def test_attention_is_held_against_attribution_and_the_address_holds_it(page):
    title = page.get_by_role("heading", name="is highest at the planted lag of")
    expect(title).to_contain_text("of 1 of 3 drivers, attribution at that of 3")
    pick(page, "Attention over", "inputs")
    expect(title).to_contain_text("of 3 of 3 drivers, attribution at that of 3")
    attention, attribution = models.lags("inputs")
    shares = attribution.div(attribution.sum(axis="columns"), axis="index")
    expected = [way.loc[driver] for driver in models.LAGS for way in (attention, shares)]

    @eventually(page)
    def _the_lines_are_the_cores():
        np.testing.assert_allclose(drawn(page, "belief-lags", "y"), expected, atol=1e-6)

    question = page.locator(".st-key-ask-belief")
    question.get_by_text("About as far").click()
    expect(question.get_by_text("Not quite.")).to_be_visible()
    question.get_by_text("More than ten times as far").click()
    expect(question.get_by_text("Right.")).to_be_visible()
    in_address(page, reading="inputs")
    page.get_by_role("link", name="Open the page Trust").click()
    expect(page.get_by_role("heading", name="Trust", exact=True)).to_be_visible()


@pytest.mark.parametrize("page", ["/learn?chapter=6"], indirect=True)
def test_a_quiz_is_played_to_its_score_and_the_address_holds_its_data(page):
    pick(page, "Effects are", "curves")
    in_address(page, level="curves")
    settle(page)
    page.get_by_role("button", name="New data").click()
    expect(page.get_by_role("spinbutton", name="Quiz number")).to_have_value("2")
    box = page.get_by_role("spinbutton", name="Quiz number")
    box.fill("4")
    box.press("Enter")
    in_address(page, quiz="4")
    world = nonlinear(600, seed=4)
    pick(page, "Show the data over", "time")

    @eventually(page)
    def _the_lines_are_the_worlds():
        lines = drawn(page, "quiz-time", "customdata")
        np.testing.assert_allclose(lines, world.frame.tail(100).T, rtol=1e-9)

    pick(page, "Show the data over", "lag")
    settle(page)  # a slider that is still to be told its value would move from its lowest one
    press(page, "Lag", "ArrowRight")
    expect(page.get_by_role("heading", name="against each variable at lag 4")).to_be_visible()
    past = world.frame["x8"].shift(4).tail(150)
    shifted = pytest.approx((past - past.mean()) / past.std())

    @eventually(page)
    def _the_points_are_those_of_the_lag():
        assert drawn(page, "quiz-lag", "x")[7] == shifted

    in_address(page, level="curves", quiz="4", lag="4")

    wrong = [name for name in world.frame if name not in (*world.lags, "y")]
    for place, button, guess in (
        (1, "Show the explanation", wrong[:3]),
        (2, "Score both", list(world.lags)),
    ):
        box = page.locator(f".st-key-guess-{place}")
        for left, name in zip((2, 1, 0), guess, strict=True):
            box.get_by_text(name, exact=True).click()
            words = f"Choose {left} more" if left else "You can change your mind"
            expect(box.get_by_text(words)).to_be_visible()
        box.get_by_role("button", name=button).click()
    truth = ", ".join(f"{name} at lag {lag}" for name, (lag,) in list(world.lags.items())[:2])
    expect(page.get_by_text(truth)).to_be_visible()
    explanation, _ = models.explain_world("nonlinear", 4)
    importance = explanation.variable_importance
    bars = pytest.approx(importance.sort_values(ascending=False).tolist(), abs=1e-3)

    @eventually(page)
    def _the_bars_are_the_models():
        assert drawn(page, "quiz-importance", "x")[0] == bars

    found = len({*importance.drop("y").nlargest(3).index} & {*world.lags})
    scores = ["0 of 3", "3 of 3", f"{found} of 3", "1.1 of 3"]
    expect(page.get_by_test_id("stMetricValue")).to_have_text(scores)
