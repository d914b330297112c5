"""The two recurrences of IMV-LSTM: an LSTM whose hidden state is a matrix with a row per variable.

Source: Guo, Lin and Antulov-Fantulin, "Exploring Interpretable LSTM Neural Networks over
Multi-Variable Data", ICML 2019 (arXiv 1905.12034). Equation numbers are the paper's.

Shapes, here and everywhere: B windows, T lookback steps, N variables, D hidden units a variable,
H forecast steps. Inside a cell the variables come first, (N, B, D), so that one batched product a
step serves all of them.
"""

import math

import torch
from torch import Tensor, nn


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
        N, D, _ = self.recurrent.shape
        B = x.shape[0]
        by_variable = x.permute(2, 1, 0).unsqueeze(-1)  # (N, T, B, 1)
        drive = by_variable * self.input[:, None, None] + self.bias[:, None, None]  # (N, T, B, 4D)
        h = c = x.new_zeros(N, B, D)
        states = []
        for drive_t in drive.unbind(1):
            z = torch.baddbmm(drive_t, h, self.recurrent)  # (N, B, 4D)
            j = torch.tanh(z[..., :D])  # (1)
            i, f, o = torch.sigmoid(z[..., D:]).chunk(3, dim=-1)  # (5)
            c = f * c + i * j  # (6)
            h = o * torch.tanh(c)  # (7)
            states.append(h)
        return torch.stack(states).permute(2, 0, 1, 3)  # (T, N, B, D) -> (B, T, N, D)


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
        N, D, _ = self.recurrent.shape
        B = x.shape[0]
        by_variable = x.permute(2, 1, 0).unsqueeze(-1)  # (N, T, B, 1)
        drive = by_variable * self.input[:, None, None] + self.bias[:, None, None]  # (N, T, B, D)
        gate_drive = nn.functional.linear(x, self.gate_input, self.gate_bias)  # (B, T, 3ND)
        h = c = x.new_zeros(N, B, D)
        states = []
        for drive_t, gate_drive_t in zip(drive.unbind(1), gate_drive.unbind(1), strict=True):
            vec_h = h.transpose(0, 1).reshape(B, N * D)
            j = torch.tanh(torch.baddbmm(drive_t, h, self.recurrent))  # (1), (N, B, D)
            gates = torch.sigmoid(torch.addmm(gate_drive_t, vec_h, self.gate_recurrent.T))  # (2)
            i, f, o = gates.view(B, 3, N, D).permute(1, 2, 0, 3)  # each (N, B, D)
            c = f * c + i * j  # (3)
            h = o * torch.tanh(c)  # (4)
            states.append(h)
        return torch.stack(states).permute(2, 0, 1, 3)


CELLS: dict[str, type[TensorCell] | type[FullCell]] = {"tensor": TensorCell, "full": FullCell}


def _initialise(cell: nn.Module, hidden_size: int) -> None:
    """Uniform in +-1/sqrt(D), as torch.nn.LSTM does."""
    bound = 1 / math.sqrt(hidden_size)
    for parameter in cell.parameters():
        nn.init.uniform_(parameter, -bound, bound)
