"""Correlations of all pairs of columns equal pandas' own, pair by pair."""

import numpy as np
import pandas as pd
import pytest

from imv_core.arrays import correlations


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize("missing", [0.0, 0.3])
@pytest.mark.parametrize(("center", "scale"), [(0.0, 1.0), (1e6, 1e-2), (0.0, 1e30)])
def test_correlations_are_those_of_pandas(rng, missing, center, scale):
    values = rng.standard_normal((200, 5)) @ rng.standard_normal((5, 5)) * scale + center
    values[rng.random(values.shape) < missing] = np.nan
    expected = pd.DataFrame(values).corr().to_numpy()
    np.testing.assert_allclose(correlations(values, values), expected, atol=1e-9)
    np.testing.assert_allclose(correlations(values[:, :2], values), expected[:2], atol=1e-9)


def test_pairs_of_few_rows_and_constant_columns_have_no_correlation(rng):
    values = rng.standard_normal((20, 3))
    values[:, 1] = 7.0
    values[4:, 2] = np.nan
    found = correlations(values, values, fewest=5)
    assert np.abs(found - np.diag([1.0, 0.0, 0.0])).max() < 1e-12
    assert correlations(values[:4], values[:4], fewest=5).tolist() == np.zeros((3, 3)).tolist()
