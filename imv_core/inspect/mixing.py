"""A mixture laid open: what each component says of a value, and who takes responsibility for it.

Source: Guo et al. 2019, eqs (8) and (9).
"""

from typing import NamedTuple

import numpy as np

from imv_core.arrays import Floats, log_normal_density
from imv_core.explaining.single_forecast import OneForecast


class Mixing(NamedTuple):
    """At each of P values of the target, in its unit."""

    parts: Floats  # (P, N) pi_n Normal(y; mu_n, sigma_n^2): they add up to the density
    posterior: Floats  # (P, N) q_n(y), sums to 1 over n

    @property
    def density(self) -> Floats:
        """p(y | X), (P,)."""
        total: Floats = self.parts.sum(axis=1)
        return total


def mix(one: OneForecast, y: Floats) -> Mixing:
    """What the components of a forecast say of values that could come true one step ahead.

    Args:
        one: a forecast of a model that learnt densities.
        y: (P,) in the target's unit.
    """
    pi, mu, sigma = (values[0] for values in (one.weight, one.component_mean, one.component_spread))
    values = np.asarray(y, dtype=float)[:, None]
    logs = np.log(pi) + log_normal_density(values, mu, sigma)
    shifted = np.exp(logs - logs.max(axis=1, keepdims=True))  # far from all components too
    return Mixing(np.exp(logs), shifted / shifted.sum(axis=1, keepdims=True))
