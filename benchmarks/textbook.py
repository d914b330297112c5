"""The textbook IMV-LSTM: a loop over time steps, one einsum per gate, and autograd.

Source: Guo et al. 2019 (arXiv 1905.12034), in the form of the public PyTorch port
(github.com/KurochkinAlexey/IMV_LSTM), but written independently: the same parameters per gate, the
same start (normal, deviation 0.02), the same loop. Where the port departs from the paper (scores
put through tanh, no densities), this follows the paper.

It is slow and plain on purpose: `imv_core` is timed against it and tested with it. Given the
weights of an `imv_core.model.imv_lstm.IMVLSTM` it returns the same numbers.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, einsum, nn

from imv_core.errors import SettingsError
from imv_core.model.attention import LOG_SCALE_BOUNDS, Mixture
from imv_core.model.imv_lstm import IMVLSTM, Attention, ModelSettings

Tensors = Mapping[str, Tensor]  # parameters, or their gradients, by name


class TextbookTensorCell(nn.Module):
    """IMV-Tensor, eqs (1) and (5) to (7)."""

    def __init__(self, variables: int, hidden_size: int) -> None:
        super().__init__()
        N, D = variables, hidden_size
        self.W_j, self.U_j, self.b_j = _start(N, D, D), _start(N, D), _start(N, D)
        self.W_i, self.U_i, self.b_i = _start(N, D, D), _start(N, D), _start(N, D)
        self.W_f, self.U_f, self.b_f = _start(N, D, D), _start(N, D), _start(N, D)
        self.W_o, self.U_o, self.b_o = _start(N, D, D), _start(N, D), _start(N, D)

    def forward(self, x: Tensor) -> Tensor:
        """Return the hidden states of every step: (B, T, N), scaled -> (B, T, N, D)."""
        B, T, _ = x.shape
        h = c = x.new_zeros(B, *self.b_j.shape)
        states = []
        for t in range(T):
            j = torch.tanh(_own(h, self.W_j) + _drive(x[:, t], self.U_j) + self.b_j)  # (1)
            i = torch.sigmoid(_own(h, self.W_i) + _drive(x[:, t], self.U_i) + self.b_i)  # (5)
            f = torch.sigmoid(_own(h, self.W_f) + _drive(x[:, t], self.U_f) + self.b_f)
            o = torch.sigmoid(_own(h, self.W_o) + _drive(x[:, t], self.U_o) + self.b_o)
            c = f * c + i * j  # (6)
            h = o * torch.tanh(c)  # (7)
            states.append(h)
        return torch.stack(states, dim=1)

    @staticmethod
    def per_gate(ours: Tensors) -> dict[str, Tensor]:
        """Name and shape the weights of an `imv_core.model.cells.TensorCell` as in this class."""
        parts = {"W": ours["recurrent"], "U": ours["input"], "b": ours["bias"]}
        return {
            f"{part}_{gate}": block
            for part, tensor in parts.items()
            for gate, block in zip("jifo", tensor.chunk(4, dim=-1), strict=True)
        }


class TextbookFullCell(nn.Module):
    """IMV-Full, eqs (1) to (4): W_i, W_f and W_o act on [x_t ; vec(h)], ordered by variable."""

    def __init__(self, variables: int, hidden_size: int) -> None:
        super().__init__()
        N, D = variables, hidden_size
        self.W_j, self.U_j, self.b_j = _start(N, D, D), _start(N, D), _start(N, D)
        self.W_i, self.b_i = _start(N * D, N + N * D), _start(N * D)
        self.W_f, self.b_f = _start(N * D, N + N * D), _start(N * D)
        self.W_o, self.b_o = _start(N * D, N + N * D), _start(N * D)

    def forward(self, x: Tensor) -> Tensor:
        """Return the hidden states of every step: (B, T, N), scaled -> (B, T, N, D)."""
        B, T, _ = x.shape
        N, D = self.b_j.shape
        h = x.new_zeros(B, N, D)
        c = x.new_zeros(B, N * D)
        states = []
        for t in range(T):
            j = torch.tanh(_own(h, self.W_j) + _drive(x[:, t], self.U_j) + self.b_j)  # (1)
            inputs = torch.cat([x[:, t], h.view(B, N * D)], dim=1)  # [x_t ; vec(h)]
            i = torch.sigmoid(einsum("bk,gk->bg", inputs, self.W_i) + self.b_i)  # (2)
            f = torch.sigmoid(einsum("bk,gk->bg", inputs, self.W_f) + self.b_f)
            o = torch.sigmoid(einsum("bk,gk->bg", inputs, self.W_o) + self.b_o)
            c = f * c + i * j.reshape(B, N * D)  # (3)
            h = (o * torch.tanh(c)).view(B, N, D)  # (4)
            states.append(h)
        return torch.stack(states, dim=1)

    @staticmethod
    def per_gate(ours: Tensors) -> dict[str, Tensor]:
        """Name and shape the weights of an `imv_core.model.cells.FullCell` as in this class."""
        weights = torch.cat([ours["gate_input"], ours["gate_recurrent"]], dim=1).chunk(3)
        biases = ours["gate_bias"].chunk(3)
        return {
            **{"W_j": ours["recurrent"], "U_j": ours["input"], "b_j": ours["bias"]},
            **{f"W_{gate}": block for gate, block in zip("ifo", weights, strict=True)},
            **{f"b_{gate}": block for gate, block in zip("ifo", biases, strict=True)},
        }


class TextbookAttention(nn.Module):
    """The paper's mixture attention over hidden states, eq. (8)."""

    def __init__(self, variables: int, hidden_size: int, horizon: int) -> None:
        super().__init__()
        N, D, H = variables, hidden_size, horizon
        self.F_alpha = _start(N, D)
        self.F_beta, self.b_beta = _start(2 * D, H), _start(H)  # shared by the variables
        self.Phi_mean, self.b_mean = _start(N, 2 * D, H), _start(N, H)
        self.Phi_scale, self.b_scale = _start(N, 2 * D, H), _start(N, H)

    def forward(self, states: Tensor) -> Mixture:
        """Mix the variables: (B, T, N, D) -> Mixture."""
        alpha = einsum("btnd,nd->bnt", states, self.F_alpha).softmax(dim=-1)
        context = einsum("bnt,btnd->bnd", alpha, states)  # g
        summary = torch.cat([states[:, -1], context], dim=-1)  # [h_T; g]
        mean = einsum("bns,nsh->bnh", summary, self.Phi_mean) + self.b_mean
        log_scale = einsum("bns,nsh->bnh", summary, self.Phi_scale) + self.b_scale
        beta = einsum("bns,sh->bnh", summary, self.F_beta) + self.b_beta
        return Mixture(
            log_weight=beta.log_softmax(dim=1).transpose(1, 2),
            mean=mean.transpose(1, 2),
            log_scale=log_scale.clamp(*LOG_SCALE_BOUNDS).transpose(1, 2),
            attention=alpha.unsqueeze(1).expand(-1, mean.shape[-1], -1, -1),
            origin=mean.new_zeros(mean.shape[-1]),
        )

    @staticmethod
    def per_part(ours: Tensors) -> dict[str, Tensor]:
        """Name the weights of an `imv_core.model.attention.StateAttention` as in this class."""
        return {
            "F_alpha": ours["temporal"],
            "F_beta": ours["variable.weight"].T,
            "b_beta": ours["variable.bias"],
            "Phi_mean": ours["mean"],
            "b_mean": ours["mean_bias"],
            "Phi_scale": ours["log_scale"],
            "b_scale": ours["log_scale_bias"],
        }


CELLS: dict[str, type[TextbookTensorCell] | type[TextbookFullCell]] = {
    "tensor": TextbookTensorCell,
    "full": TextbookFullCell,
}


class TextbookIMVLSTM(nn.Module):
    """The whole model: windows (B, T, N) -> Mixture.

    Raises:
        SettingsError: the settings are not those of the paper.
    """

    def __init__(self, settings: ModelSettings) -> None:
        super().__init__()
        if settings.attention is not Attention.STATES:
            raise SettingsError("The textbook model is the paper's; choose attention='states'.")
        N, D, H = settings.variables, settings.hidden_size, settings.horizon
        self.cell = CELLS[settings.cell](N, D)
        self.attention = TextbookAttention(N, D, H)

    @classmethod
    def like(cls, model: IMVLSTM) -> "TextbookIMVLSTM":
        """Return a textbook model with a copy of a model's weights; both give the same numbers."""
        textbook = cls(model.settings).to(next(model.parameters()))
        textbook.load_state_dict(textbook.per_part(model.state_dict()))
        return textbook

    def forward(self, x: Tensor) -> Mixture:
        """Forecast the H steps after each window, (B, T, N), scaled."""
        mixture: Mixture = self.attention(self.cell(x))
        return mixture

    def per_part(self, ours: Tensors) -> dict[str, Tensor]:
        """Name the parameters, or gradients, of an `IMVLSTM` as in this class."""
        cell = self.cell.per_gate(_of("cell.", ours))
        attention = TextbookAttention.per_part(_of("attention.", ours))
        return {
            **{f"cell.{name}": tensor for name, tensor in cell.items()},
            **{f"attention.{name}": tensor for name, tensor in attention.items()},
        }


def _own(h: Tensor, W: Tensor) -> Tensor:
    """Return the product W * h per variable, (B, N, D)."""
    return einsum("bnd,nde->bne", h, W)


def _drive(x: Tensor, U: Tensor) -> Tensor:  # noqa: N803 (the paper's letter)
    """Return the term of one step's inputs (B, N), (B, N, D)."""
    return einsum("bn,nd->bnd", x, U)


def _start(*shape: int) -> nn.Parameter:
    return nn.Parameter(0.02 * torch.randn(*shape))


def _of(prefix: str, tensors: Tensors) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
