import numpy as np
import pytest

from imv_core.faithfulness.checks import lags


def test_a_peak_at_another_lag_is_said():
    joint = np.zeros((1, 2, 4))
    joint[0, 0], joint[0, 1] = [0.1, 0.1, 0.1, 0.4], [0.3, 0.0, 0.0, 0.0]
    moved = np.zeros((1, 2, 4))
    moved[0, 0, 1], moved[0, 1, 0] = 5.0, 3.0
    found = lags.check(("a", "b"), joint, moved, "states")
    assert found.verdict == "fail"  # 'a' holds more than the uniform share, 'b' does not
    assert "'a': attention lag 1, attribution lag 3" in found.sentence
    assert "remember older inputs" in found.sentence
    alike = lags.check(("a", "b"), joint, joint, "inputs")
    assert alike.verdict == "pass"
    assert "100%" in alike.sentence


@pytest.mark.parametrize("steps", [1, 3])
def test_maps_that_are_alike_pass_however_their_sums_are_rounded(steps):
    rng = np.random.default_rng(0)
    for shape in [(steps, 1, 24), (steps, 3, 7), (steps, 28, 2)]:
        joint = rng.random(shape)
        joint /= joint.sum(axis=(1, 2), keepdims=True)
        names = tuple(f"v{n}" for n in range(shape[1]))
        found = lags.check(names, joint, 3 * joint, "inputs")
        assert found.verdict == "pass"
        assert "nan" not in found.sentence
