"""The figures of the page Trust show what was checked, and titles state what is seen."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dashboard.figures.theme import DARK, LIGHT
from dashboard.pages.trust import panels as trust
from dashboard.pages.trust import steadiness_panels
from dashboard.wording import number
from imv_core.synthetic import injection
from imv_core.synthetic.injection import Injection
from imv_core.synthetic.recovery import Recovery


@pytest.fixture(scope="module")
def report(named_by_strangers):
    return named_by_strangers[2]


def _heat(panel):
    return panel.figure.data[0]


def _every(report, colours=LIGHT):
    return [
        *trust.maps(report, "another_window", "1 hour", colours),
        trust.variables(report, colours),
        trust.ablations(report, colours),
        *(trust.curves(report, kind, colours) for kind in trust.KINDS),
        steadiness_panels.stability(report, colours),
        steadiness_panels.randomised(report, colours),
        steadiness_panels.calibration(report, colours),
        steadiness_panels.pit(report, colours),
    ]


def _with_frame(report, name, frame):
    return replace(report, frames={**report.frames, name: frame})


def _with_columns(report, **columns):
    return replace(report, by_variable=report.by_variable.assign(**columns))


@pytest.mark.parametrize("way", trust.ATTRIBUTIONS)
def test_both_maps_are_shares_in_the_same_colours_and_values_under_the_pointer(report, way):
    attention, attribution = trust.maps(report, way, "", LIGHT)
    values = report.attributions[way]
    np.testing.assert_allclose(_heat(attention).z, report.attention)
    np.testing.assert_allclose(_heat(attribution).z, values / values.to_numpy().sum())
    assert (
        _heat(attention).zmax == _heat(attribution).zmax == _heat(attribution).colorbar.tickvals[-1]
    )
    assert _heat(attention).zmax >= max(_heat(attention).z.max(), _heat(attribution).z.max())
    for panel in (attention, attribution):
        assert 1 / values.size in _heat(panel).colorbar.tickvals  # uniform is marked
    assert f" by {number(values.iloc[0, -1])} on average" in _heat(attribution).customdata[0][-1][2]
    tidy = attribution.numbers()
    assert list(tidy.columns[:2]) == ["variable", "lag"]
    np.testing.assert_allclose(tidy["attribution_in_the_targets_unit"], values.stack())


def test_of_one_step_the_planted_lag_of_that_step_comes_first(report):
    for step, lag in ((1, 3), (2, 2)):
        chosen = step, report.attention
        _, panel = trust.maps(report, "another_window", "", LIGHT, of_step=chosen)
        assert f"at lag {lag} first" in panel.title
        assert panel.title.endswith(f"step {step} ahead")


def test_maps_that_agree_say_so_and_maps_that_do_not_say_where(report):
    moved = report.lag_attribution
    same = replace(report, attention=moved / moved.to_numpy().sum())
    title = trust.maps(same, "another_window", "", LIGHT)[1].title
    assert "agree on 100%: both put" in title
    backwards = moved[moved.columns[::-1]].set_axis(moved.columns, axis=1)
    other = replace(report, attention=backwards / backwards.to_numpy().sum())
    assert ", but attribution puts" in trust.maps(other, "another_window", "", LIGHT)[1].title


def test_a_model_that_nothing_moves_has_nothing_attributed(report):
    still = {way: frame * 0.0 for way, frame in report.attributions.items()}
    _, panel = trust.maps(replace(report, attributions=still), "another_window", "", LIGHT)
    assert "nothing is attributed" in panel.title
    assert not np.any(_heat(panel).z)


def test_every_way_to_ask_stands_on_one_scale_with_its_range(report):
    panel = trust.variables(report, LIGHT)
    frame = report.by_variable.sort_values("importance", ascending=False)
    by_name = {trace.name: trace for trace in panel.figure.data}
    assert list(by_name) == ["importance", "attribution", "integrated gradients", "permutation"]
    for name in ("importance", "attribution", "permutation"):
        total = frame[name].clip(lower=0).sum()
        trace = by_name[name]
        np.testing.assert_allclose(trace.x, frame[name] / total)
        ends = np.array(trace.x) + trace.error_x.array
        np.testing.assert_allclose(ends, frame[f"{name}_high"] / total)
    rows = by_name["importance"].y
    assert all(np.round(trace.y).tolist() == np.round(rows).tolist() for trace in by_name.values())
    assert "Every way to ask puts" in panel.title


def test_a_way_that_puts_another_variable_first_is_named(report):
    swapped = report.by_variable["permutation"].to_numpy()[::-1]
    title = trust.variables(_with_columns(report, permutation=swapped), LIGHT).title
    assert title.startswith("Not every way")
    assert title.endswith("by permutation")


def test_an_error_that_no_variable_moves_is_left_out(report):
    panel = trust.variables(_with_columns(report, permutation=-1.0), LIGHT)
    assert [t.name for t in panel.figure.data] == [
        *("importance", "attribution", "integrated gradients")
    ]


def test_rises_are_those_of_the_ablations_and_zero_is_marked(report):
    panel = trust.ablations(report, LIGHT)
    bar = panel.figure.data[0]
    np.testing.assert_allclose(bar.x, report.ablations["rise"])
    np.testing.assert_allclose(np.array(bar.x) - bar.error_x.arrayminus, report.ablations["low"])
    assert [shape.x0 for shape in panel.figure.layout.shapes] == [0]
    assert panel.title.endswith(f"by {report.ablations['rise'].max():.1%}")
    harmless = _with_frame(report, "ablations", report.ablations.assign(rise=-0.001))
    assert "does not rise" in trust.ablations(harmless, LIGHT).title


def test_an_order_within_the_band_of_random_orders_is_not_called_better(report):
    curves = report.curves.set_index(["kind", "order"])
    good = trust.curves(report, "deletion", LIGHT)
    assert "importance and attribution both" in good.title
    chance = curves.loc[("deletion", "random")].assign(kind="deletion", order="attribution")
    rest = report.curves[report.curves["order"] != "attribution"]
    level = _with_frame(report, "curves", pd.concat([rest, chance.reset_index(drop=True)]))
    assert "by importance alone" in trust.curves(level, "deletion", LIGHT).title
    low, high = good.figure.data[:2]
    np.testing.assert_allclose(low.y, curves.loc[("deletion", "random"), "low"])
    np.testing.assert_allclose(high.y, curves.loc[("deletion", "random"), "high"])
    assert high.fill == "tonexty"


def test_scores_tell_how_far_an_order_is_above_chance(report):
    table = trust.scores(report).set_index("Order of the cells")
    assert float(table.loc["random orders", "Above random orders (AOPCR)"]) == 0
    assert float(table.loc["by importance", "Above random orders (AOPCR)"]) > 0


def test_one_training_alone_is_not_said_to_be_steady_over_seeds(report):
    assert "seeds" not in steadiness_panels.stability(report, LIGHT).title
    again = report.stability[:1].assign(over="seeds", tau=0.5)
    several = _with_frame(report, "stability", pd.concat([report.stability, again]))
    panel = steadiness_panels.stability(several, LIGHT)
    assert "over seeds" in panel.title
    assert "over seeds: order (tau)" in panel.figure.layout.yaxis.ticktext


def test_intervals_stand_beside_what_they_promise_and_bins_beside_the_uniform(report):
    levels = steadiness_panels.calibration(report, LIGHT).figure
    promised, held = levels.data
    assert list(promised.x) == list(promised.y)
    np.testing.assert_allclose(held.y, report.calibration["coverage"])
    bins = steadiness_panels.pit(report, LIGHT).figure
    np.testing.assert_allclose(bins.data[0].y, report.pit["share"])
    assert bins.layout.shapes[0].y0 == pytest.approx(1 / len(report.pit))


def test_a_map_of_one_cell_cannot_correlate_and_it_is_said(report):
    one = _with_frame(report, "randomised", report.randomised.assign(correlation=np.nan))
    assert "one cell" in steadiness_panels.randomised(one, LIGHT).title


def test_what_is_missed_in_planted_worlds_is_named():
    rows = [("additive", 0, 3, 3, 3, 3), ("additive", 1, 3, 3, 2, 3), ("switching", 0, 3, 2, 1, 3)]
    columns = ["world", "seed", "drivers", "found", "exact_by_attention", "exact_by_attribution"]
    panel = steadiness_panels.recovery(Recovery(pd.DataFrame(rows, columns=columns), 10), LIGHT)
    assert panel.title == "Fewest drivers are found in the world 'switching': 2 of 3"
    found, by_attention, by_attribution = panel.figure.data
    np.testing.assert_allclose(found.x, [1, 2 / 3])
    np.testing.assert_allclose(by_attention.x, [5 / 6, 1 / 3])
    np.testing.assert_allclose(by_attribution.x, [1, 1])


def test_each_size_of_a_hidden_effect_has_a_bar_in_the_colour_of_what_was_found():
    trials = [(0.0, 0.02, 3, 3), (0.05, 0.1, 5, 5), (0.1, 0.3, 4, 5), (0.2, 0.4, 5, 5)]
    found = Injection(pd.DataFrame(trials, columns=injection.COLUMNS), 5, False, 0.2, "x")
    panel = steadiness_panels.injection(found, LIGHT)
    bars = {bar.name: (list(bar.x), list(bar.y)) for bar in panel.figure.data}
    assert bars == {
        "found": ([3], [0.4]),
        "found at another lag": ([2], [0.3]),
        "not found": ([1], [0.1]),
        "no effect": ([0], [0.02]),
    }
    written = {(note.x, note.text) for note in panel.figure.layout.annotations}
    assert written >= {(0, "lag 3"), (1, "lag 5"), (2, "lag 4"), (3, "lag 5")}
    assert len({bar.marker.color for bar in panel.figure.data}) == 4
    assert panel.figure.layout.shapes[0].y0 == found.threshold == 0.2
    assert list(panel.figure.layout.xaxis.ticktext) == ["no effect", "5%", "10%", "20%"]
    assert panel.numbers()["outcome"].tolist()[1:] == found.outcomes
    assert "without an effect" in panel.title
    assert panel.meaning


def test_names_are_shown_as_they_are_written_and_never_as_html(report):
    for panel in _every(report):
        sent = panel.figure.to_json().encode().decode("unicode_escape")
        assert "<img" not in sent
        assert "<b>" not in sent
        assert len(panel.title) < 300
        assert panel.meaning
        assert not panel.numbers().empty


def test_a_dark_page_changes_colours_alone(report):
    for light, dark in zip(_every(report), _every(report, DARK), strict=True):
        assert light.title == dark.title
        assert light.figure.layout.height == dark.figure.layout.height
