"""Chapter 5 of the page Learn: blame becomes importance, and effects that add are no mixture's."""

import numpy as np
import pytest

from dashboard.pages.learn import models
from imv_core.inspect.em_bound import blame
from imv_core.synthetic.worlds import additive_lags
from tests.dashboard.pages.learn.conftest import array, figures

VARIABLES = list(models.CHANCES)


def _answer(at, text):
    at.radio(key="learn-answer-blame").set_value(text)
    return at.run()


def _said(at):
    return [text.value.replace("\\", "") for text in at.markdown]


def test_the_link_leads_to_a_position_and_the_figures_are_the_cores(chapter):
    at = chapter(5, epoch="12", objective="balanced")
    before, told = (
        blame(models.model(f"epochs/{epoch}"), models.relay()) for epoch in ("11", "12")
    )
    bound = blame(models.model("epochs/12"), models.relay(), importance=before.importance).bound
    losses, shares, _ = figures(at)
    assert [array(trace["y"])[11] for trace in losses[:2]] == pytest.approx([told.nll, bound])
    assert array(losses[2]["y"]) == pytest.approx([told.nll, bound])
    assert [array(trace["y"])[11] for trace in shares[:4]] == pytest.approx(told.importance)
    assert array(shares[4]["y"]) == pytest.approx(told.importance)
    assert set(array(shares[4]["x"])) == {12}
    assert [box.value for box in at.metric] == [f"{share:.3f}" for share in told.importance]
    assert f"{bound:.2f}: the negative log-likelihood, {told.nll:.2f}" in " ".join(_said(at))


def test_what_is_shown_of_an_epoch_is_what_its_training_noted_down():
    history = models.model("epochs/40").fitted.history
    course = models.blame_by_epoch()
    assert list(course.index) == [record.epoch for record in history]
    assert course["nll"].to_numpy() == pytest.approx([r.train_loss for r in history], abs=1e-4)
    noted = np.array([record.variable_importance for record in history])
    assert course[VARIABLES].to_numpy() == pytest.approx(noted, abs=1e-4)


def test_the_bound_keeps_its_distance_and_importance_comes_to_the_truth():
    course, truth = models.blame_by_epoch(), np.array(list(models.CHANCES.values()))
    shares = course[VARIABLES].to_numpy()
    unforeseen = -(shares * np.log(shares)).sum(axis=1)
    assert np.all(course["bound"] - course["nll"] > unforeseen)
    assert unforeseen[-1] == pytest.approx(1, abs=0.1)
    assert np.abs(shares[0] - truth).max() > 0.2
    assert np.abs(shares[-1] - truth).max() < 0.02


@pytest.mark.parametrize("objective", ["em", "mse", "balanced"])
def test_forecasts_of_effects_that_add_are_the_models_own(chapter, objective):
    at = chapter(5, objective=objective)
    model, table = models.model(f"chorus_{objective}"), models.chorus()
    past, rmse = model.predict(table), model.score(table)["rmse"]
    (points,) = figures(at)[2]
    assert array(points["x"]) == pytest.approx(past["actual"].to_numpy())
    assert array(points["y"]) == pytest.approx(past["forecast"].to_numpy())
    noise = additive_lags().noise * table.frame["y"].std()
    told = f"Trained by {objective} the forecasts miss by {rmse:.1f} (RMSE); the noise alone is"
    assert any(f"{told} {noise:.1f}" in text for text in _said(at))
    shares = model.explain(table).variable_importance[VARIABLES]
    row = [objective, f"{rmse:.1f}", *(f"{share:.2f}" for share in shares)]
    assert any(f"| {' | '.join(f'**{cell}**' for cell in row)} |" in text for text in _said(at))


def test_what_the_texts_say_of_the_objectives_is_so():
    floor, actual = models.noise_of_chorus(), models.forecasts("chorus_em")["actual"]
    rmse = {name: models.score(f"chorus_{name}")["rmse"] for name in ("em", "mse", "balanced")}
    assert rmse["em"] > 2 * floor > 1.5 * max(rmse["mse"], rmse["balanced"])
    one = models.model("chorus_em").explain_one(models.chorus())
    assert one.component_spread[0, one.weight[0].argmax()] > 2 * floor  # a wide bell
    assert models.forecasts("chorus_em")["forecast"].std() < 0.8 * actual.std()  # they huddle
    alone = models.model("chorus_mse").explain_one(models.chorus()).component_mean[0]
    assert alone.min() < actual.min()  # by itself no forecast
    strengths = np.array([0, *models.STRENGTHS.values()])
    off = {
        name: np.abs(
            models.importance(f"chorus_{name}")[VARIABLES].to_numpy() - strengths / strengths.sum()
        ).max()
        for name in rmse
    }
    assert min(off, key=off.get) == "balanced"


def test_touching_a_control_moves_the_figures(chapter):
    at = chapter(5)
    assert [box.label for box in at.metric][1] == "I of x2 (truth 0.5)"
    before = [box.value for box in at.metric]
    points = figures(at)[2]
    at.slider(key="learn-epoch").set_value(40)
    at.run()
    assert [box.value for box in at.metric] != before
    assert figures(at)[2] == points
    at.segmented_control(key="learn-objective").set_value("mse")
    at.run()
    assert figures(at)[2] != points


def test_the_right_answer_is_what_the_core_says(chapter):
    near = (models.blame_by_epoch()["x2"] - models.CHANCES["x2"]).abs() < 0.1
    first = near.index[~near].max() + 1
    at = chapter(5)
    assert "Not quite" in _answer(at, "Epoch 14").error[0].value
    assert "Right" in _answer(at, f"Epoch {first}").success[0].value


def test_the_snippet_gives_the_numbers_of_the_page(chapter, snippet):
    taken = snippet("blame")
    losses, shares, _ = figures(chapter(5))
    assert array(losses[0]["y"]) == pytest.approx([told.nll for told in taken["course"]])
    assert array(losses[1]["y"]) == pytest.approx([told.bound for told in taken["course"]])
    drawn = np.array([array(trace["y"]) for trace in shares[:4]])
    assert list(drawn.T) == [pytest.approx(told.importance) for told in taken["course"]]
    assert taken["rmse"]["mse"] == models.score("chorus_mse")["rmse"]
