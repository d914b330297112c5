"""Importances equal brute force over all windows; details of windows equal those in a frame."""

import io

import numpy as np
import pandas as pd
import pytest
import torch

from imv_core import IMVForecaster, read_table
from imv_core.errors import NoWindowError
from imv_core.model.objectives import responsibility
from imv_core.synthetic import worlds


@pytest.fixture(scope="module")
def holed(world):
    """The planted table with gaps in the target, some of them two steps wide."""
    frame = world.frame.copy()
    frame.loc[frame.index[[530, 531, 550, 590]], "y"] = np.nan
    return read_table(frame, name="holed")


@pytest.fixture(scope="module")
def brute(three_seeds, holed):
    """Window by window: q (K, W, H, N), pi, alpha (K, W, H, N, T), contributions in the unit."""
    windows = three_seeds._windows(holed, "test")
    found = {"q": [], "pi": [], "alpha": [], "contribution": [], "observed": []}
    for member in three_seeds.fitted.model.members:
        for values in found.values():
            values.append([])
        for k in range(len(windows)):
            x, y, observed, _ = windows.batch(slice(k, k + 1))
            mixture = member(x)
            unit = torch.tensor(three_seeds.fitted.scaling.spread)[:, None]
            for name, value in (
                ("q", responsibility(mixture, y)[0] * observed[0, :, None]),
                ("pi", mixture.weight[0]),
                ("alpha", mixture.attention[0]),
                ("contribution", mixture.contribution[0] * unit),
                ("observed", observed[0]),
            ):
                found[name][-1].append(value.double().numpy())
    return {name: np.array(values) for name, values in found.items()}


@pytest.fixture(scope="module")
def explanation(three_seeds, holed):
    return three_seeds.explain(holed)


def _close(ours, expected):
    np.testing.assert_allclose(ours, expected, rtol=2e-4, atol=1e-7)


def test_importance_is_the_mean_posterior_of_every_step_and_seed(explanation, brute):
    q = brute["q"]
    assert not brute["observed"].all()
    known = brute["observed"][0].sum(0)[:, None]  # (H, 1)
    by_step = q.sum(1) / known  # (K, H, N)
    _close(explanation.importance_by_step, by_step.mean(0))
    _close(explanation.importance_by_seed, by_step.mean(1))
    _close(explanation.variable_importance, by_step.mean((0, 1)))
    assert explanation.importance_by_seed.index.tolist() == [4, 5, 6]
    assert explanation.variable_importance.sum() == pytest.approx(1)
    assert explanation.rests_on == "posterior"


def test_temporal_importance_is_attention_weighted_by_the_posterior(explanation, brute):
    q, alpha = brute["q"], brute["alpha"]
    numerators = np.einsum("kwhn,kwhnt->khnt", q, alpha)
    credit = q.sum(1)  # (K, H, N)
    whole = numerators.sum((0, 1)) / credit.sum((0, 1))[:, None]
    _close(explanation.temporal_importance, whole[:, ::-1])
    for h in (0, 1):
        step = numerators[:, h].sum(0) / credit[:, h].sum(0)[:, None]
        _close(explanation.temporal_importance_by_step[h + 1], step[:, ::-1])
    members = numerators.sum(1) / credit.sum(1)[..., None]
    _close(explanation.temporal_spread, members.std(0, ddof=1)[:, ::-1])
    np.testing.assert_allclose(explanation.temporal_importance.sum(axis=1), 1)
    assert explanation.joint_importance.to_numpy().sum() == pytest.approx(1)
    # the authors' code weighs no window
    _close(explanation.mean_attention, alpha.mean((0, 1, 2))[:, ::-1])


def test_spread_prior_and_weights_are_those_of_all_members_together(explanation, brute):
    contribution = brute["contribution"].mean(0)  # (W, H, N)
    _close(explanation.contribution_spread, contribution.std(0).mean(0))
    pi = brute["pi"].mean((0, 2))  # (W, N)
    _close(explanation.prior_importance, pi.mean(0))
    _close(explanation.weights, pi)
    assert explanation.weights.index.equals(pd.Index(explanation.times[1]))


def test_details_of_one_window_are_those_of_all_windows(explanation, brute):
    detail = explanation.windows(slice(40, 43))
    _close(detail.attention, brute["alpha"][:, 40:43].mean(0))
    _close(detail.weight, brute["pi"][:, 40:43].mean(0))
    _close(detail.contribution, brute["contribution"][:, 40:43].mean(0))
    q = np.where(brute["observed"][0][..., None], brute["q"].mean(0), np.nan)
    whole = explanation.windows(slice(None))
    np.testing.assert_allclose(whole.responsibility, q, rtol=2e-4, atol=1e-7)
    with pytest.raises(NoWindowError, match="None of the"):
        explanation.windows(slice(10_000, None))


def test_ranges_hold_the_importance_and_are_over_time_or_over_seeds(explanation):
    shares = explanation.variable_importance
    for spread in (explanation.importance_range, explanation.seed_range):
        assert (spread["low"] <= shares).all()
        assert (shares <= spread["high"]).all()
    lowest = explanation.importance_by_seed.min()
    assert explanation.seed_range["low"].to_dict() == lowest.to_dict()
    assert explanation.seed_range["low"].ne(explanation.seed_range["high"]).all()


def test_the_range_over_time_is_that_of_ten_stretches_each_step_alike(explanation, brute):
    blocks = np.array_split(brute["q"], 10, axis=1)  # of (K, W, H, N)
    sums = np.stack([block.sum(1) for block in blocks])
    shares = (sums / sums.sum(-1, keepdims=True)).mean((1, 2))
    _close(explanation.importance_range["low"], shares.min(0))
    _close(explanation.importance_range["high"], shares.max(0))


def test_ranges_hold_the_importance_where_steps_differ_in_size():
    """Contributions six steps ahead are smaller than one step ahead; each step counts alike."""
    world = worlds.WORLDS["additive"](rows=1500, seed=0)
    table = read_table(world.frame, name="additive")
    explanation = IMVForecaster("y", horizon=6, max_epochs=2).fit(table).explain(table)
    shares, spread = explanation.variable_importance, explanation.importance_range
    assert (spread["low"] <= shares).all()
    assert (shares <= spread["high"]).all()


def test_one_seed_has_no_spread_over_seeds(forecaster, table):
    explanation = forecaster.explain(table)
    assert explanation.temporal_spread.isna().all(axis=None)
    assert not [column for column in explanation.summary if column.startswith("seeds")]


def test_the_summary_has_a_row_a_variable(explanation):
    summary = explanation.summary
    assert tuple(summary.index) == explanation.variables
    assert summary["importance"].equals(explanation.variable_importance)
    assert summary["seeds_high"].to_list() == explanation.seed_range["high"].to_list()
    assert summary["contribution_spread"].to_list() == explanation.contribution_spread.to_list()


@pytest.mark.parametrize("windows", [1, 7])
def test_explanations_do_not_depend_on_how_windows_are_batched(
    three_seeds, holed, explanation, monkeypatch, windows
):
    monkeypatch.setattr("imv_core.model.ensemble.MOST_WINDOWS", windows)
    monkeypatch.setattr("imv_core.explaining.explainer.FRAME_ROWS", 9 * 6 * 2 * windows)
    small = three_seeds.explain(holed)
    _close(small.summary, explanation.summary)
    _close(small.temporal_importance, explanation.temporal_importance)
    assert len(list(small.frames())) == -(-len(explanation.times) // windows)
    pd.testing.assert_frame_equal(small.to_frame(), explanation.to_frame(), rtol=1e-3, atol=1e-6)


def test_without_a_truth_importance_rests_on_the_prior(three_seeds, table):
    future = three_seeds.explain(table, "future")
    assert future.rests_on == "prior"
    _close(future.variable_importance, future.prior_importance)


def _sizes(explanation):
    """What each variable adds and moves, scaled, (W, H, N); the last value is the target's own."""
    explained, scaling = explanation.explainer, explanation.explainer.scaling
    assert scaling.is_change
    x = explained.windows.batch(slice(None)).x
    with torch.no_grad():
        (mixture,) = explained.ensemble.mixtures(x, decompose=True)
    contribution = mixture.contribution.double().numpy()
    last = explained.windows.last_known[:, None] - scaling.mean[scaling.own]
    contribution[..., scaling.own] += last / np.array(scaling.spread)
    return np.abs(contribution) + mixture.steering.double().numpy()


@pytest.mark.parametrize("part", ["test", "future"])
def test_without_densities_importance_is_the_share_of_what_is_added_and_moved(
    two_steps, table, part
):
    explanation = two_steps.explain(table, part)
    assert explanation.rests_on == "contribution"
    sizes = _sizes(explanation)
    by_step = sizes.sum(0) / sizes.sum((0, 2))[:, None]
    _close(explanation.importance_by_step, by_step)
    _close(explanation.variable_importance, by_step.mean(0))


def test_credits_of_a_window_are_the_shares_of_what_is_added_and_moved(two_steps, table):
    explanation = two_steps.explain(table)
    sizes = _sizes(explanation)
    alike = (sizes / sizes.sum(2).mean(0)[:, None]).mean(1)  # each step counts alike
    _close(explanation.credits, alike / alike.sum(1, keepdims=True))
    assert explanation.credits.index.equals(explanation.weights.index)


def test_importance_in_groups_is_the_importance_where_there_is_but_one(two_steps, table):
    explanation = two_steps.explain(table)
    groups = pd.Categorical(["all"] * len(explanation.times))
    _close(explanation.importance_in(groups).loc["all"], explanation.variable_importance)


def test_credits_of_densities_are_the_posterior_of_steps_with_a_truth(explanation, brute):
    q = brute["q"].sum((0, 2))  # (K, W, H, N) -> (W, N); 0 where there is no truth
    known = q.sum(1) > 0
    _close(explanation.credits[known], q[known] / q[known].sum(1, keepdims=True))


def test_the_tidy_frame_holds_every_number_at_its_place(explanation):
    frame = explanation.to_frame()
    detail = explanation.windows(slice(None))
    W, H, N = detail.weight.shape
    assert len(frame) == W * H * N * 6
    row = frame.iloc[((5 * H + 1) * N + 3) * 6 + 2]  # window 5, step 2, variable 3, lag 3
    assert row["time"] == explanation.times.iloc[5, 1]
    assert (row["step"], row["variable"], row["lag"]) == (2, explanation.variables[3], 3)
    assert row["attention"] == pytest.approx(detail.attention[5, 1, 3, 6 - 3])
    assert row["weight"] == pytest.approx(detail.weight[5, 1, 3])
    assert row["responsibility"] == pytest.approx(detail.responsibility[5, 1, 3])
    assert row["contribution"] == pytest.approx(detail.contribution[5, 1, 3])
    sums = frame.groupby(["time", "step", "variable"])["attention"].sum()
    np.testing.assert_allclose(sums, 1, rtol=1e-5)


def test_what_is_written_some_windows_at_a_time_is_the_whole_frame(explanation, monkeypatch):
    monkeypatch.setattr("imv_core.explaining.explainer.FRAME_ROWS", 1000)
    text = io.StringIO()
    explanation.write_csv(text)
    text.seek(0)
    written = pd.read_csv(text, parse_dates=["time"])
    pd.testing.assert_frame_equal(written, explanation.to_frame(), rtol=1e-5, check_dtype=False)


def test_an_explanation_holds_no_attention_of_all_windows(three_seeds, table):
    """What it keeps of a window does not grow with the lookback."""
    explanation = three_seeds.explain(table, "all")
    W, N, T = len(explanation.times), 9, 6
    kept = (*explanation.totals, *explanation.per_window)
    assert all(values.size < W * N * T for values in kept)
    assert sum(values.size for values in explanation.per_window) == 2 * W * (N + 2)  # H is 2
