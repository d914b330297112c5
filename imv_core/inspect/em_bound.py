"""The loss of eq. (9) as an upper bound of the negative log-likelihood.

Source: Guo et al. 2019, section 3.3 and Lemma 3.3. With q the posterior, the loss of eq. (9) is
    -log p(y | X)  +  entropy of q  -  sum over n of q_n log I_n,
so it exceeds the negative log-likelihood by the entropy of q and the cross-entropy between q and
the importance I.
"""

from typing import NamedTuple

import numpy as np
import torch

from imv_core.arrays import Floats
from imv_core.devices_and_threads import limited
from imv_core.errors import SettingsError
from imv_core.forecaster import IMVForecaster
from imv_core.model.objectives import em, nll, responsibility
from imv_core.tables.table import Table


class Blame(NamedTuple):
    """Means over the windows of a part, of the scaled target one step ahead."""

    nll: float  # the exact negative log-likelihood
    bound: float  # the loss of eq. (9)
    importance: Floats  # (N,) I = mean of q, sums to 1


def blame(
    forecaster: IMVForecaster, table: Table, part: str = "train", importance: Floats | None = None
) -> Blame:
    """Compute the responsibility of each variable, the likelihood and its bound.

    Args:
        forecaster: of one seed and one step, at any epoch of its training.
        table: to forecast.
        part: with true values.
        importance: I in the loss, (N,); None: the mean of q. Training takes the I of the epoch
            before.

    Raises:
        SettingsError: the forecaster has several seeds or steps.
    """
    if forecaster.settings.seeds > 1 or forecaster.settings.horizon > 1:
        raise SettingsError("Only one seed, one step ahead, is laid open.")
    explainer = forecaster.explainer(table, part)
    # log 1 = 0: the term of I is added below
    ones = torch.ones(1, explainer.windows.variables, device=explainer.ensemble.device)
    likelihoods, losses, responsibilities = [], [], []
    with limited(explainer.ensemble.size_at_once):
        for batch, (mixture,) in explainer.ensemble.by_batch(explainer.windows):
            likelihoods.append(nll(mixture, batch.y))
            losses.append(em(mixture, batch.y, ones))
            responsibilities.append(responsibility(mixture, batch.y)[:, 0])
    own = torch.cat(responsibilities).double().mean(0).cpu().numpy()
    expected = own if importance is None else importance
    cross_entropy = -float(own @ np.log(np.maximum(expected, 1e-12)))
    return Blame(
        nll=torch.cat(likelihoods).double().mean().item(),
        bound=torch.cat(losses).double().mean().item() + cross_entropy,
        importance=own,
    )
