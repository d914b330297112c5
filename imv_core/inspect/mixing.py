"""The mixture at given values of the target: density and responsibility of each component.

Source: Guo et al. 2019, eqs (8) and (9).
"""

from typing import NamedTuple

import numpy as np

from imv_core.arrays import Floats, log_normal_density
from imv_core.explaining.single_forecast import OneForecast


class Mixing(NamedTuple):
    """Densities at P values of the target, in its unit."""

    parts: Floats  # (P, N) pi_n Normal(y; mu_n, sigma_n^2); sums to the density over N
    posterior: Floats  # (P, N) q_n(y), sums to 1 over n

    @property
    def density(self) -> Floats:
        """p(y | X), (P,)."""
        total: Floats = self.parts.sum(axis=1)
        return total


def mix(one: OneForecast, y: Floats) -> Mixing:
    """Compute the components of a forecast at possible values one step ahead.

    Args:
        one: a forecast of a model that learnt densities.
        y: possible values in the target's unit, (P,).
    """
    pi, mu, sigma = (values[0] for values in (one.weight, one.component_mean, one.component_spread))
    values = np.asarray(y, dtype=float)[:, None]
    logs = np.log(pi) + log_normal_density(values, mu, sigma)
    shifted = np.exp(logs - logs.max(axis=1, keepdims=True))  # not 0/0 far from all components
    return Mixing(np.exp(logs), shifted / shifted.sum(axis=1, keepdims=True))
