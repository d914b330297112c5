import numpy as np
import pytest

from imv_core.faithfulness.statistics import block_means, interval


def test_redrawn_means_lie_around_the_mean():
    values = np.random.default_rng(0).normal(3.0, 1.0, 2000)
    low, high = interval(block_means(values, 10))
    assert low < values.mean() < high
    assert high - low == pytest.approx(2 * 1.96 / 2000**0.5, rel=0.35)


def test_neighbours_that_are_alike_widen_the_interval():
    steps = np.random.default_rng(1).normal(size=40)
    widths = [
        np.ptp(interval(block_means(v, 50))) for v in (np.repeat(steps, 50), np.tile(steps, 50))
    ]
    assert widths[0] > 5 * widths[1]


def test_missing_values_are_left_out():
    values = np.where(np.arange(100) % 2, np.nan, 7.0)
    np.testing.assert_allclose(block_means(values, 5), 7.0)


def test_few_rows_give_what_can_be_had():
    assert block_means(np.array([[1.0, 2.0]]), 9).shape[1:] == (2,)
