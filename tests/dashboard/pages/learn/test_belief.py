"""Chapter 6 of the page Learn: attention and attribution are held against planted lags."""

import numpy as np
import pytest

from dashboard.pages.learn import models
from dashboard.pages.learn.chapter import HERE
from imv_core import IMVForecaster
from imv_core.arrays import by_lag
from imv_core.faithfulness.checks.attribution import DRAWS, replace_values
from imv_core.faithfulness.held_out import HeldOut
from imv_core.synthetic.worlds import relay
from tests.dashboard.pages.learn.conftest import array, figures

ANSWERS = {True: "More than ten times as far", False: "About as far"}


def _asked(name, windows=600):
    """Attention, and attribution in the unit of y, by the core."""
    explanation = IMVForecaster.load(models.LESSONS / f"{name}.imv").explain(models.relay())
    held = HeldOut(explanation.explainer, explanation.explainer.windows.for_part("train"), windows)
    _, moved = replace_values(held, lambda _: None)
    return explanation.temporal_importance, by_lag(moved.mean(axis=(0, 1)), explanation.variables)


def _bars(at):
    """What is drawn of each driver: attention and attribution by lag."""
    bars = [trace for trace in figures(at)[0] if trace["type"] == "bar"]
    drawn = [array(trace["y"]) for trace in bars]
    assert {trace["name"] for trace in bars} == {"attention", "attribution"}
    return dict(zip(models.LAGS, zip(drawn[::2], drawn[1::2], strict=True), strict=True))


def test_what_the_text_says_of_windows_and_draws_is_what_is_done():
    said = (HERE / "belief" / "text.md").read_text(encoding="utf-8")
    assert f"over {models.ATTRIBUTED_WINDOWS} windows of the test part and {DRAWS} draws" in said


def _title(at):
    return next(m.value for m in at.markdown if m.value.startswith("##### Attention"))


@pytest.mark.parametrize(
    ("position", "name", "right"), [({}, "tensor", 1), ({"reading": "inputs"}, "inputs", 3)]
)
def test_attention_and_attribution_are_the_cores_and_marked_by_what_was_planted(
    chapter, position, name, right
):
    at = chapter(6, **position)
    attention, attribution = _asked(name, models.ATTRIBUTED_WINDOWS)
    shares = attribution.div(attribution.sum(axis="columns"), axis="index")
    planted = {driver: lag for driver, (lag,) in relay(rows=2).lags.items()}
    assert planted == models.LAGS
    peaks = []
    for driver, (attended, moved) in _bars(at).items():
        assert attended == pytest.approx(attention.loc[driver].to_numpy(), abs=1e-6)
        assert moved == pytest.approx(shares.loc[driver].to_numpy(), abs=1e-6)
        peaks.append([1 + int(np.argmax(way)) == planted[driver] for way in (attended, moved)])
    assert np.sum(peaks, axis=0).tolist() == [right, 3]
    assert f"lag of {right} of 3 drivers, attribution at that of 3" in _title(at)


def test_fewer_windows_tell_what_all_of_them_tell():
    for name in ("tensor", "inputs"):
        few, all_ = models.lags(name)[1], _asked(name)[1]
        assert few.to_numpy() == pytest.approx(all_.to_numpy(), abs=0.06 * all_.to_numpy().max())


def test_the_other_reading_moves_the_figure(chapter):
    at = chapter(6)
    before = _bars(at)["x7"][0]
    at.button_group(key="learn-reading").set_value("inputs")
    at.run()
    assert _bars(at)["x7"][0][1] > 0.9 > before[1]  # lag 2
    assert "weighs the inputs themselves" in "".join(m.value for m in at.markdown)


def test_the_right_answer_is_what_the_core_says(chapter):
    attention, attribution = _asked("tensor")
    assert attention.loc["x7"].idxmax() == 1
    assert attribution.loc["x7", 2] > 10 * attribution.loc["x7", 1]
    at = chapter(6)
    for is_right, answer in ANSWERS.items():
        at.radio(key="learn-answer-belief").set_value(answer)
        at.run()
        said = at.success if is_right else at.error
        assert ("Right" if is_right else "Not quite") in said[0].value


def test_the_snippet_gives_the_numbers_of_the_page(chapter, snippet):
    found = snippet("belief")
    for name, position in (("tensor", {}), ("inputs", {"reading": "inputs"})):
        moved = found["attribution"][name]
        for driver, drawn in _bars(chapter(6, **position)).items():
            shares = moved.loc[driver] / moved.loc[driver].sum()
            assert drawn[0] == pytest.approx(found["attention"][name].loc[driver].to_numpy())
            assert drawn[1] == pytest.approx(shares.to_numpy())
