"""The two recurrences of IMV-LSTM: an LSTM whose hidden state is a matrix with a row per variable.

Source: Guo, Lin and Antulov-Fantulin, "Exploring Interpretable LSTM Neural Networks over
Multi-Variable Data", ICML 2019 (arXiv 1905.12034). Equation numbers are the paper's. Here are the
parameters; the loops over time are in `imv_core.recurrence`.

Shapes, here and everywhere: B windows, T lookback steps, N variables, D hidden units a variable,
H forecast steps.
"""

import math

import torch
from torch import Tensor, nn

from imv_core.recurrence import recurrence


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
        return recurrence(x, _beside(self)).permute(3, 0, 1, 2)


class FullCell(nn.Module):
    """IMV-Full, eqs (1) to (4): the gates see all variables, the candidate only its own.

    A row of the hidden state still belongs to its variable, but the other variables scale it.
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
        N, D = self.input.shape
        parts = [
            self.gate_recurrent.view(-1, N, D),
            self.gate_input.unsqueeze(2),
            (self.gate_bias / N).view(-1, 1, 1).expand(-1, N, 1),  # a share from every variable
        ]
        gates = torch.cat(parts, dim=2).flatten(1)
        return recurrence(x, _beside(self), gates).permute(3, 0, 1, 2)


CELLS: dict[str, type[TensorCell] | type[FullCell]] = {"tensor": TensorCell, "full": FullCell}


def _beside(cell: TensorCell | FullCell) -> Tensor:
    """The weights of h, x and the bias of each variable, beside each other, (N, ., D + 2)."""
    recurrent = cell.recurrent.transpose(1, 2)
    return torch.cat([recurrent, cell.input.unsqueeze(2), cell.bias.unsqueeze(2)], dim=2)


def _initialise(cell: nn.Module, hidden_size: int) -> None:
    """Uniform in +-1/sqrt(D), as torch.nn.LSTM does."""
    bound = 1 / math.sqrt(hidden_size)
    for parameter in cell.parameters():
        nn.init.uniform_(parameter, -bound, bound)
