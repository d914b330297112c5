"""Change one number of a window and compare hidden states: which units depend on which variable."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from imv_core.arrays import Floats


@torch.no_grad()
def poke(
    cell: Callable[[Tensor], Tensor], window: Floats, variable: int, lag: int, by: float = 1.0
) -> Floats:
    """Return the change of every hidden unit at every step when one value changes.

    Args:
        cell: (B, T, N) -> states (B, T, ...), such as a cell of `imv_core.model.cells`.
        window: (T, N), scaled.
        variable: its position, from 0.
        lag: 1 is the last step, T the first.
        by: number to add to the value, in deviations.

    Returns:
        States with the change minus states without it, (T, ...).

    >>> from imv_core.model.cells import FullCell, TensorCell
    >>> window = np.zeros((5, 3), dtype=np.float32)
    >>> changes = poke(TensorCell(variables=3, hidden_size=4), window, variable=1, lag=2)
    >>> changes.shape  # (T, N, D): steps 4 and 5 and row 1 alone have changed
    (5, 3, 4)
    >>> np.unique(np.argwhere(changes)[:, :2], axis=0).tolist()
    [[3, 1], [4, 1]]
    >>> leakage(changes, variable=1)
    0.0
    """
    intact = torch.as_tensor(window, dtype=torch.float32, device=_device(cell))
    changed = intact.clone()
    changed[len(intact) - lag, variable] += by
    before, after = cell(torch.stack([intact, changed]))
    moved: Floats = (after - before).cpu().numpy()
    return moved


def leakage(moved: Floats, variable: int) -> float:
    """Return the share of the changes that lies in rows of other variables; 0 without changes.

    Args:
        moved: changes from `poke`, (T, N, D).
        variable: position of the changed variable.
    """
    by_row = np.abs(moved, dtype=float).sum(axis=(0, 2))
    total = by_row.sum()
    return float((total - by_row[variable]) / total) if total > 0 else 0.0


@torch.no_grad()
def reach(cell: Callable[[Tensor], Tensor], window: Floats) -> Floats:
    """Return on which variables each unit of the last hidden state depends, (N, ...).

    Each value of the window is changed by 1 in turn. The sizes of a unit's changes are added up
    over the lags, and divided by their sum over the variables.

    Args:
        cell: as in `poke`.
        window: (T, N), scaled.
    """
    T, N = window.shape
    device = _device(cell)
    intact = torch.as_tensor(window, dtype=torch.float32, device=device).expand(N * T, T, N)
    poked = intact + torch.eye(N * T, device=device).view(N, T, N, T).transpose(2, 3).reshape(
        N * T, T, N
    )
    # both batches have the same size: rounding may depend on the position in a batch
    moved = (cell(poked)[:, -1] - cell(intact)[:, -1]).abs()
    sizes = moved.view(N, T, *moved.shape[1:]).sum(1).cpu().numpy()
    shares: Floats = sizes / np.maximum(sizes.sum(axis=0), 1e-12)
    return shares


def _device(cell: Callable[[Tensor], Tensor]) -> torch.device | None:
    """Return the device of a cell; None, the CPU, for any other function."""
    return next(cell.parameters()).device if isinstance(cell, nn.Module) else None
