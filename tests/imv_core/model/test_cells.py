"""The invariants of the two recurrences."""

import pytest
import torch
from torch import nn

from imv_core.model.cells import CELLS, FullCell, TensorCell

B, T, N, D = 3, 6, 4, 5


@pytest.fixture
def x():
    return torch.randn(B, T, N, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def _lstm_like(cell: TensorCell, n: int) -> nn.LSTM:
    """An `nn.LSTM(1, D)` with the weights of variable n (its gates are ordered i, f, j, o)."""
    lstm = nn.LSTM(1, D, batch_first=True).double()
    j, i, f, o = (slice(k * D, (k + 1) * D) for k in range(4))
    with torch.no_grad():
        for k, ours in enumerate((i, f, j, o)):
            theirs = slice(k * D, (k + 1) * D)
            lstm.weight_hh_l0[theirs] = cell.recurrent[n, :, ours].T
            lstm.weight_ih_l0[theirs, 0] = cell.input[n, ours]
            lstm.bias_ih_l0[theirs] = cell.bias[n, ours]
        lstm.bias_hh_l0.zero_()
    return lstm


def test_tensor_equals_one_lstm_for_each_variable(x):
    cell = TensorCell(N, D).double()
    states = cell(x)
    assert states.shape == (B, T, N, D)
    for n in range(N):
        expected, _ = _lstm_like(cell, n)(x[:, :, n : n + 1])
        torch.testing.assert_close(states[:, :, n], expected)


def _sensitivity(cell: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """max |d h[n] / d x[m]| over windows, steps and units, (N, N)."""
    jacobian = torch.autograd.functional.jacobian(cell, x)  # (B, T, N, D, B, T, N)
    return jacobian.abs().amax(dim=(0, 1, 3, 4, 5))


def test_in_tensor_no_variable_touches_anothers_row(x):
    sensitivity = _sensitivity(TensorCell(N, D).double(), x)
    apart = ~torch.eye(N, dtype=torch.bool)
    assert (sensitivity[apart] == 0).all()
    assert (sensitivity.diag() > 0).all()


def test_in_full_every_variable_touches_every_row(x):
    assert (_sensitivity(FullCell(N, D).double(), x) > 0).all()


def test_with_one_variable_full_is_tensor_is_a_standard_lstm(x):
    tensor, full = TensorCell(1, D).double(), FullCell(1, D).double()
    with torch.no_grad():
        full.recurrent.copy_(tensor.recurrent[:, :, :D])
        full.input.copy_(tensor.input[:, :D])
        full.bias.copy_(tensor.bias[:, :D])
        full.gate_recurrent.copy_(tensor.recurrent[0, :, D:].T)
        full.gate_input.copy_(tensor.input[0, D:, None])
        full.gate_bias.copy_(tensor.bias[0, D:])
    one = x[:, :, :1]
    torch.testing.assert_close(full(one), tensor(one))
    torch.testing.assert_close(tensor(one)[:, :, 0], _lstm_like(tensor, 0)(one)[0])


@pytest.mark.parametrize(("name", "count"), [("tensor", 12_320), ("full", 65_240)])
def test_parameter_counts_are_those_of_the_papers_lemma(name, count):
    cell = CELLS[name](7, 20)
    assert sum(p.numel() for p in cell.parameters()) == count
    standard = nn.LSTM(7, 140)
    # PyTorch keeps two biases for each gate where the lemma counts one
    assert sum(p.numel() for p in standard.parameters()) - 4 * 140 == 82_880 > count


def test_gate_order_is_variable_major_in_full(x):
    """Eq. (4): the gates of variable n scale row n, so one gate at 0 silences one row alone."""
    cell = FullCell(N, D).double()
    with torch.no_grad():
        output_gate_of_2 = slice(2 * N * D + 2 * D, 2 * N * D + 3 * D)
        cell.gate_bias[output_gate_of_2] = -1e4
    rows = cell(x).abs().amax(dim=(0, 1, 3))
    assert rows[2] == 0
    assert (rows[[0, 1, 3]] > 0).all()
