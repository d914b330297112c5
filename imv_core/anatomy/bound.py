"""The bound that learning by blame lowers, and the likelihood below it.

Source: Guo et al. 2019, section 3.3 and Lemma 3.3. With q the posterior, the loss of eq. (9) is
    -log p(y | X)  +  entropy of q  -  sum over n of q_n log I_n,
so it lies above the first by how unsure blame is, and by how little I had expected it.
"""

from typing import NamedTuple

import numpy as np
import torch

from imv_core.forecaster import IMVForecaster
from imv_core.objectives import em, nll, responsibility
from imv_core.scaling import Floats
from imv_core.table import Table


class Blame(NamedTuple):
    """Means over the windows of a part, of the scaled target one step ahead."""

    nll: float  # the exact negative log-likelihood
    bound: float  # the loss of eq. (9)
    importance: Floats  # (N,) I = mean of q, sums to 1


@torch.no_grad()
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
    """
    explained = forecaster.explained(table, part)
    network = explained.ensemble.models[0]
    windows = explained.windows
    batch = windows.batch(np.arange(len(windows)))
    mixture, y = network(batch.x[batch.observed[:, 0]]), batch.y[batch.observed[:, 0]]
    own = responsibility(mixture, y).mean(0)  # (1, N)
    expected = own if importance is None else torch.as_tensor(importance, dtype=own.dtype)[None]
    return Blame(
        nll=nll(mixture, y).mean().item(),
        bound=em(mixture, y, expected).mean().item(),
        importance=own[0].numpy(),
    )
