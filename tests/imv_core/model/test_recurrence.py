"""The loop over time, its written-out gradient, and both cells with and without gradients."""

import pytest
import torch
from torch.autograd import gradcheck

from imv_core.model.cells import CELLS
from imv_core.model.kernels import tensor_recurrence

N, D = 3, 2


def _draw(*shape: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(sum(shape))
    values = torch.randn(*shape, generator=generator, dtype=torch.float64)
    return values.requires_grad_()


@pytest.mark.parametrize(("B", "T"), [(4, 5), (1, 1), (1, 3), (2, 1)])
def test_gradients_are_those_of_finite_differences(B, T):
    x = _draw(B, T, N)
    assert gradcheck(tensor_recurrence, (x, _draw(N, 4 * D, D + 2)))


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("T", [1, 6])
def test_states_are_the_same_with_and_without_gradients(name, T):
    cell, x = CELLS[name](N, D), torch.randn(4, T, N)
    with torch.no_grad():
        alone = cell(x)
    torch.testing.assert_close(cell(x), alone)


@pytest.mark.parametrize("name", CELLS)
def test_two_passes_do_not_share_their_memory(name):
    cell, first, second = CELLS[name](N, D), torch.randn(2, 4, N), torch.randn(2, 4, N)
    states = cell(first)
    before = states.detach().clone()
    cell(second).sum().backward()
    torch.testing.assert_close(states, before)
    states.sum().backward()
