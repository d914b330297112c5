"""The whole IMV-LSTM: a cell, and mixture attention over its states.

Source: Guo et al. 2019.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from imv_core.errors import SettingsError
from imv_core.model.attention import INTACT, Ablation, Mixture, StateAttention
from imv_core.model.cells import CELLS, Cell
from imv_core.model.input_attention import InputAttention
from imv_core.named_choice import NamedChoice

MOST_HIDDEN = 4096  # units per variable; the weights of more would fill any memory


class Attention(NamedChoice):
    """What is attended to."""

    STATES = "states"  # hidden states, as in the paper
    INPUTS = "inputs"  # the values of the window


ATTENTIONS: dict[Attention, type[StateAttention] | type[InputAttention]] = {
    Attention.STATES: StateAttention,
    Attention.INPUTS: InputAttention,
}


@dataclass(frozen=True)
class ModelSettings:
    """Settings that fix the shapes of a model's parameters.

    Args:
        variables: N. lookback: T. horizon: H. hidden_size: D.
        cell: "tensor" keeps the variables separate; in "full" the gates read all variables.
        attention: over hidden "states" (the paper's) or over "inputs".

    Raises:
        SettingsError: a value is out of its range.
    """

    variables: int
    lookback: int
    horizon: int = 1
    hidden_size: int = 16
    cell: Cell = Cell.TENSOR
    attention: Attention = Attention.INPUTS

    def __post_init__(self) -> None:
        object.__setattr__(self, "cell", Cell(self.cell))
        object.__setattr__(self, "attention", Attention(self.attention))
        for name in ("variables", "lookback", "horizon", "hidden_size"):
            if getattr(self, name) < 1:
                raise SettingsError(f"'{name}' is {getattr(self, name)}; it must be 1 or more.")
        if self.hidden_size > MOST_HIDDEN:
            raise SettingsError(
                f"'hidden_size' is {self.hidden_size}; it must be {MOST_HIDDEN:,} or less."
            )


class IMVLSTM(nn.Module):
    """The model: windows (B, T, N) -> Mixture.

    >>> model = IMVLSTM(ModelSettings(variables=3, lookback=10, horizon=2, hidden_size=8))
    >>> mixture = model(torch.zeros(4, 10, 3))
    >>> mixture.forecast.shape, mixture.contribution.shape  # (B, H), (B, H, N)
    (torch.Size([4, 2]), torch.Size([4, 2, 3]))
    """

    def __init__(self, settings: ModelSettings) -> None:
        super().__init__()
        self.settings = settings
        self.cell = CELLS[settings.cell](settings.variables, settings.hidden_size)
        self.attention = ATTENTIONS[settings.attention](
            settings.variables,
            settings.lookback,
            settings.horizon,
            settings.hidden_size,
        )

    @property
    def device(self) -> torch.device:
        """The device of the weights."""
        return next(self.parameters()).device

    def forward(self, x: Tensor, ablation: Ablation = INTACT, decompose: bool = False) -> Mixture:
        """Forecast the H steps after each window.

        Args:
            x: (B, T, N), scaled; the last step is lag 1.
            ablation: replacement of the attention weights.
            decompose: compute `Mixture.steering` and `Mixture.by_lag` too, for an explanation.
        """
        rest = self.cell(torch.zeros_like(x[:1])) if decompose else None
        mixture: Mixture = self.attention(x, self.cell(x), ablation, rest)
        return mixture


def count_parameters(settings: ModelSettings) -> int:
    """Return the number of parameters of a model, without allocating them."""
    with torch.device("meta"):
        return sum(parameter.numel() for parameter in IMVLSTM(settings).parameters())
