"""The written-out gradient of what attention over inputs reads."""

import torch
from torch.autograd import gradcheck

from imv_core.model.kernels import read_curves

T, N, D, H, B = 4, 3, 2, 2, 5


def _draw(*shape: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(sum(shape))
    values = torch.randn(*shape, generator=generator, dtype=torch.float64)
    return values.requires_grad_()


def _parts() -> tuple[torch.Tensor, ...]:
    return _draw(T, N, B), _draw(N, D, 1), _draw(N, D, 1), _draw(N, D, H), _draw(T, N, B)


def test_gradients_are_those_of_finite_differences():
    assert gradcheck(read_curves, _parts())


def test_values_and_average_are_those_of_the_formula():
    x, slope, bias, phi, alpha = _parts()
    alpha = alpha.softmax(0)
    e = torch.tanh(x.unsqueeze(2) * slope + bias) - torch.tanh(bias)
    values, average = read_curves(x, slope, bias, phi, alpha)
    torch.testing.assert_close(values, torch.einsum("tndb,ndh->tnhb", e, phi))
    torch.testing.assert_close(average, torch.einsum("tndb,tnb->ndb", e, alpha))
