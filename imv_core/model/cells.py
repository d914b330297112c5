"""The two cells of IMV-LSTM: an LSTM whose hidden state is a matrix with one row per variable.

Source: Guo, Lin and Antulov-Fantulin, "Exploring Interpretable LSTM Neural Networks over
Multi-Variable Data", ICML 2019 (arXiv 1905.12034). Equation numbers are the paper's. This file has
the parameters; the loop over time is in `imv_core.model.kernels` for IMV-Tensor, and is PyTorch's
LSTM for IMV-Full.

Shapes, here and everywhere: B windows, T lookback steps, N variables, D hidden units per variable,
H forecast steps.
"""

import math

import torch
from torch import Tensor, nn

from imv_core.model.kernels import tensor_recurrence
from imv_core.named_choice import NamedChoice


class Cell(NamedChoice):
    """Whether the cell keeps the variables separate."""

    TENSOR = "tensor"  # each variable has gates of its own
    FULL = "full"  # the gates read all variables


class TensorCell(nn.Module):
    """IMV-Tensor, eqs (1) and (5) to (7): candidate and gates per variable.

    Row n of the hidden state depends on variable n alone: the cell is N independent LSTMs.

    >>> cell = TensorCell(variables=3, hidden_size=8)
    >>> cell(torch.zeros(4, 10, 3)).shape  # (B, T, N) -> (B, T, N, D)
    torch.Size([4, 10, 3, 8])
    """

    def __init__(self, variables: int, hidden_size: int) -> None:
        super().__init__()
        N, D = variables, hidden_size
        # the last axis has four blocks of D: candidate j, then the gates i, f, o
        self.recurrent = nn.Parameter(torch.empty(N, D, 4 * D))
        self.input = nn.Parameter(torch.empty(N, 4 * D))
        self.bias = nn.Parameter(torch.empty(N, 4 * D))
        _initialise(self, D)
        with torch.no_grad():
            # open the forget gate at the start (Jozefowicz et al. 2015)
            self.bias[:, 2 * D : 3 * D] += 1.0

    def forward(self, x: Tensor) -> Tensor:
        """Return the hidden states at each lookback step.

        Args:
            x: (B, T, N), scaled.

        Returns:
            (B, T, N, D).
        """
        parts = [self.recurrent.mT, self.input.unsqueeze(2), self.bias.unsqueeze(2)]
        return tensor_recurrence(x, torch.cat(parts, dim=2)).permute(3, 0, 1, 2)


class FullCell(nn.Module):
    """IMV-Full, eqs (1) to (4): candidate per variable, gates from all variables.

    A row of the hidden state still belongs to its variable, but the other variables scale it.

    On a GPU, cuDNN rounds the factors of products to TF32 (10 bits after the point instead of 23),
    so that states differ from those of a CPU by up to about 1e-4. To avoid this, set
    `torch.backends.cudnn.allow_tf32 = False` before training, which may be slower; then states
    differ only as the order of sums does.

    >>> cell = FullCell(variables=3, hidden_size=8)
    >>> cell(torch.zeros(4, 10, 3)).shape  # (B, T, N) -> (B, T, N, D)
    torch.Size([4, 10, 3, 8])
    """

    def __init__(self, variables: int, hidden_size: int) -> None:
        super().__init__()
        N, D = variables, hidden_size
        self.recurrent = nn.Parameter(torch.empty(N, D, D))  # candidate j, per variable
        self.input = nn.Parameter(torch.empty(N, D))
        self.bias = nn.Parameter(torch.empty(N, D))
        # gates i, f, o, each of N * D rows, ordered by variable
        self.gate_recurrent = nn.Parameter(torch.empty(3 * N * D, N * D))
        self.gate_input = nn.Parameter(torch.empty(3 * N * D, N))
        self.gate_bias = nn.Parameter(torch.empty(3 * N * D))
        _initialise(self, D)
        nn.init.uniform_(self.gate_recurrent, -1 / math.sqrt(N * D), 1 / math.sqrt(N * D))
        with torch.no_grad():
            self.gate_bias[N * D : 2 * N * D] += 1.0  # forget gate, as in TensorCell

    def forward(self, x: Tensor) -> Tensor:
        """Return the hidden states at each lookback step.

        Args:
            x: (B, T, N), scaled.

        Returns:
            (B, T, N, D).
        """
        (B, T, N), D = x.shape, self.input.shape[1]
        # this is one LSTM of N D units whose candidate has no weights between variables
        identity = torch.eye(N, dtype=x.dtype, device=x.device)
        recurrent = torch.einsum("nde,nm->nemd", self.recurrent, identity).reshape(N * D, N * D)
        of_input = torch.einsum("nd,nm->ndm", self.input, identity).reshape(N * D, N)
        weights = [
            _with_candidate(self.gate_input, of_input),
            _with_candidate(self.gate_recurrent, recurrent),
            _with_candidate(self.gate_bias, self.bias.flatten()),
            x.new_zeros(4 * N * D),  # PyTorch's second bias
        ]
        if x.device.type != "cpu":
            weights = _in_one_block(weights)
        start = x.new_zeros(1, B, N * D)
        training = torch.is_grad_enabled()
        # biases, one layer, no dropout, training, one direction, the first axis is time
        states, _, _ = torch.lstm(
            x.transpose(0, 1), (start, start), weights, True, 1, 0.0, training, False, False
        )
        # in memory the batch is the last axis, as attention needs it
        return states.view(T, B, N, D).permute(0, 2, 3, 1).contiguous().permute(3, 0, 1, 2)


CELLS: dict[Cell, type[TensorCell] | type[FullCell]] = {
    Cell.TENSOR: TensorCell,
    Cell.FULL: FullCell,
}


def _with_candidate(gates: Tensor, candidate: Tensor) -> Tensor:
    """Join the gates i, f, o and the candidate j in PyTorch's order: i, f, j, o."""
    i, f, o = gates.chunk(3)
    return torch.cat([i, f, candidate, o])


def _in_one_block(weights: list[Tensor]) -> list[Tensor]:
    """Copy weights into one block of memory; otherwise cuDNN warns, and copies them itself.

    It is not done on a CPU, where the place in memory may change the last bits of a product.
    """
    sizes, shapes = [w.numel() for w in weights], [w.shape for w in weights]
    parts = torch.split(torch.cat([w.flatten() for w in weights]), sizes)
    return [part.view(shape) for part, shape in zip(parts, shapes, strict=True)]


def _initialise(cell: nn.Module, hidden_size: int) -> None:
    """Draw all parameters uniformly between -1/sqrt(D) and 1/sqrt(D), as torch.nn.LSTM does."""
    bound = 1 / math.sqrt(hidden_size)
    for parameter in cell.parameters():
        nn.init.uniform_(parameter, -bound, bound)
