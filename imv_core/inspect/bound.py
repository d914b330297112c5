"""The bound that learning by blame lowers, and the likelihood below it.

Source: Guo et al. 2019, section 3.3 and Lemma 3.3. With q the posterior, the loss of eq. (9) is
    -log p(y | X)  +  entropy of q  -  sum over n of q_n log I_n,
so it lies above the first by how unsure blame is, and by how little I had expected it.
"""

from typing import NamedTuple

import numpy as np
import torch

from imv_core.arrays import Floats
from imv_core.compute import limited
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
    """Let the variables of a model take responsibility for what came true.

    Args:
        forecaster: of one seed and one step, trained or only begun.
        table: that has the part.
        part: with true values.
        importance: (N,) I in the loss; None: that of these weights. Training takes that of the
            epoch before.

    Raises:
        SettingsError: there are several seeds or steps.
    """
    if forecaster.settings.seeds > 1 or forecaster.settings.horizon > 1:
        raise SettingsError("Only one seed, one step ahead, is laid open.")
    explainer = forecaster.explainer(table, part)
    # log 1 = 0: no term for I yet
    indifferent = torch.ones(1, explainer.windows.variables, device=explainer.ensemble.device)
    likelihoods, losses, responsibilities = [], [], []
    with limited(explainer.ensemble.size_at_once):
        for batch, (mixture,) in explainer.ensemble.by_batch(explainer.windows):
            likelihoods.append(nll(mixture, batch.y))
            losses.append(em(mixture, batch.y, indifferent))
            responsibilities.append(responsibility(mixture, batch.y)[:, 0])
    own = torch.cat(responsibilities).double().mean(0).cpu().numpy()
    expected = own if importance is None else importance
    surprise = -float(own @ np.log(np.maximum(expected, 1e-12)))
    return Blame(
        nll=torch.cat(likelihoods).double().mean().item(),
        bound=torch.cat(losses).double().mean().item() + surprise,
        importance=own,
    )
