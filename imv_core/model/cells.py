"""The two recurrences of IMV-LSTM: an LSTM whose hidden state is a matrix with a row per variable.

Source: Guo, Lin and Antulov-Fantulin, "Exploring Interpretable LSTM Neural Networks over
Multi-Variable Data", ICML 2019 (arXiv 1905.12034). Equation numbers are the paper's. Here are the
parameters. The loop over time of IMV-Tensor is in `imv_core.model.kernels`; that of IMV-Full is
PyTorch's own LSTM.

Shapes, here and everywhere: B windows, T lookback steps, N variables, D hidden units a variable,
H forecast steps.
"""

import math

import torch
from torch import Tensor, nn

from imv_core.model.kernels import tensor_recurrence
from imv_core.named_choice import NamedChoice


class Cell(NamedChoice):
    """How far the variables are kept apart inside the model."""

    TENSOR = "tensor"  # each variable has gates of its own
    FULL = "full"  # the gates read all variables


class TensorCell(nn.Module):
    """IMV-Tensor, eqs (1) and (5) to (7): the gates too are per variable.

    Row n of the hidden state depends on variable n alone: the cell is N independent LSTMs.
    """

    def __init__(self, variables: int, hidden_size: int) -> None:
        super().__init__()
        N, D = variables, hidden_size
        # the four blocks of 4D are, in this order: candidate j, gates i, f, o
        self.recurrent = nn.Parameter(torch.empty(N, D, 4 * D))
        self.input = nn.Parameter(torch.empty(N, 4 * D))
        self.bias = nn.Parameter(torch.empty(N, 4 * D))
        _initialise(self, D)
        with torch.no_grad():
            self.bias[:, 2 * D : 3 * D] += 1.0  # remember at first (Jozefowicz et al. 2015)

    def forward(self, x: Tensor) -> Tensor:
        """Hidden states of every step.

        Args:
            x: (B, T, N), scaled.

        Returns:
            (B, T, N, D).
        """
        parts = [self.recurrent.mT, self.input.unsqueeze(2), self.bias.unsqueeze(2)]
        return tensor_recurrence(x, torch.cat(parts, dim=2)).permute(3, 0, 1, 2)


class FullCell(nn.Module):
    """IMV-Full, eqs (1) to (4): the gates see all variables, the candidate only its own.

    A row of the hidden state still belongs to its variable, but the other variables scale it.

    On a GPU, cuDNN rounds the factors of products to TF32 (10 bits after the point in place of 23):
    states differ from a CPU's by up to about 1e-4. With `torch.backends.cudnn.allow_tf32 = False`,
    set before training, only the order of sums differs; it may be slower.
    """

    def __init__(self, variables: int, hidden_size: int) -> None:
        super().__init__()
        N, D = variables, hidden_size
        self.recurrent = nn.Parameter(torch.empty(N, D, D))  # candidate j, per variable
        self.input = nn.Parameter(torch.empty(N, D))
        self.bias = nn.Parameter(torch.empty(N, D))
        # gates i, f, o, each of length N * D, variable-major
        self.gate_recurrent = nn.Parameter(torch.empty(3 * N * D, N * D))
        self.gate_input = nn.Parameter(torch.empty(3 * N * D, N))
        self.gate_bias = nn.Parameter(torch.empty(3 * N * D))
        _initialise(self, D)
        nn.init.uniform_(self.gate_recurrent, -1 / math.sqrt(N * D), 1 / math.sqrt(N * D))
        with torch.no_grad():
            self.gate_bias[N * D : 2 * N * D] += 1.0  # as in TensorCell

    def forward(self, x: Tensor) -> Tensor:
        """Hidden states of every step.

        Args:
            x: (B, T, N), scaled.

        Returns:
            (B, T, N, D).
        """
        (B, T, N), D = x.shape, self.input.shape[1]
        # it is one LSTM of N D units whose candidate has no weights between variables
        alone = torch.eye(N, dtype=x.dtype, device=x.device)
        recurrent = torch.einsum("nde,nm->nemd", self.recurrent, alone).reshape(N * D, N * D)
        inward = torch.einsum("nd,nm->ndm", self.input, alone).reshape(N * D, N)
        weights = [
            _with_candidate(self.gate_input, inward),
            _with_candidate(self.gate_recurrent, recurrent),
            _with_candidate(self.gate_bias, self.bias.flatten()),
            x.new_zeros(4 * N * D),  # PyTorch's second bias
        ]
        if x.device.type != "cpu":
            weights = _in_one_piece(weights)
        start = x.new_zeros(1, B, N * D)
        training = torch.is_grad_enabled()
        states, _, _ = torch.lstm(
            x.transpose(0, 1), (start, start), weights, True, 1, 0.0, training, False, False
        )
        # the batch comes last in memory, as attention reads it
        return states.view(T, B, N, D).permute(0, 2, 3, 1).contiguous().permute(3, 0, 1, 2)


CELLS: dict[Cell, type[TensorCell] | type[FullCell]] = {
    Cell.TENSOR: TensorCell,
    Cell.FULL: FullCell,
}


def _with_candidate(gates: Tensor, candidate: Tensor) -> Tensor:
    """The gates i, f, o and the candidate in PyTorch's order: i, f, j, o."""
    i, f, o = gates.chunk(3)
    return torch.cat([i, f, candidate, o])


def _in_one_piece(weights: list[Tensor]) -> list[Tensor]:
    """The same as parts of one block of memory, as cuDNN needs them: else it copies them itself.

    It would warn each time. The CPU keeps its own places in memory, of which the last bits of a
    product may depend.
    """
    sizes, shapes = [w.numel() for w in weights], [w.shape for w in weights]
    parts = torch.split(torch.cat([w.flatten() for w in weights]), sizes)
    return [part.view(shape) for part, shape in zip(parts, shapes, strict=True)]


def _initialise(cell: nn.Module, hidden_size: int) -> None:
    """Uniform in +-1/sqrt(D), as torch.nn.LSTM does."""
    bound = 1 / math.sqrt(hidden_size)
    for parameter in cell.parameters():
        nn.init.uniform_(parameter, -bound, bound)
