"""Change one number of a window, and see what moves: the plainest test of who hears whom."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from imv_core.arrays import Floats


@torch.no_grad()
def poke(
    cell: Callable[[Tensor], Tensor], window: Floats, variable: int, lag: int, by: float = 1.0
) -> Floats:
    """How far every hidden unit moves at every step, when one value is another.

    Args:
        cell: (B, T, N) to states (B, T, ...): one of `imv_core.model.cells`, or another.
        window: (T, N), scaled.
        variable: the place of the variable, from 0.
        lag: 1 is the last step, T the first.
        by: how much is added to the value, in deviations.

    Returns:
        (T, ...): the states with the change less those without it.
    """
    intact = torch.as_tensor(window, dtype=torch.float32, device=_device(cell))
    changed = intact.clone()
    changed[len(intact) - lag, variable] += by
    before, after = cell(torch.stack([intact, changed]))
    moved: Floats = (after - before).cpu().numpy()
    return moved


def leakage(moved: Floats, variable: int) -> float:
    """The share of all movement that lies in rows of other variables; 0 where nothing moves.

    Args:
        moved: (T, N, D), of `poke`.
        variable: that was poked.
    """
    by_row = np.abs(moved, dtype=float).sum(axis=(0, 2))
    total = by_row.sum()
    return float((total - by_row[variable]) / total) if total > 0 else 0.0


@torch.no_grad()
def reach(cell: Callable[[Tensor], Tensor], window: Floats) -> Floats:
    """By whom each unit of the last hidden state is moved: (N, ...), shares over N.

    The sizes of its movement when each value of a window is poked in turn, added up over the lags.

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
    # each beside a twin at the same place of a batch: elsewhere it may be rounded otherwise
    moved = (cell(poked)[:, -1] - cell(intact)[:, -1]).abs()
    sizes = moved.view(N, T, *moved.shape[1:]).sum(1).cpu().numpy()
    shares: Floats = sizes / np.maximum(sizes.sum(axis=0), 1e-12)
    return shares


def _device(cell: Callable[[Tensor], Tensor]) -> torch.device | None:
    """Where the weights of a cell are; None, the CPU, for any other function."""
    return next(cell.parameters()).device if isinstance(cell, nn.Module) else None
