"""Ours against the textbook: the same numbers and the same gradients, for both cells."""

import pytest
import torch
from torch import nn

from benchmarks.textbook import CELLS as TEXTBOOK_CELLS
from benchmarks.textbook import TextbookIMVLSTM
from imv_core.errors import SettingsError
from imv_core.model.cells import CELLS
from imv_core.model.imv_lstm import IMVLSTM, ModelSettings
from imv_core.model.objectives import nll

SHAPES = [(3, 6, 4, 5), (5, 1, 3, 4), (4, 7, 1, 6), (1, 5, 2, 3), (1, 1, 1, 1), (2, 12, 9, 16)]
TOLERANCES = {torch.float32: 1e-5, torch.float64: 1e-9}

every_case = pytest.mark.parametrize(
    ("name", "shape", "dtype"),
    [(name, shape, dtype) for name in CELLS for shape in SHAPES for dtype in TOLERANCES],
)


def _random(*shape, dtype, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def _gradients(value, module, x):
    """Of the parameters by name, and of the inputs; 0 where nothing depends on them."""
    names, parameters = zip(*module.named_parameters(), strict=True)
    of_x, *of_parameters = torch.autograd.grad(
        value, (x, *parameters), allow_unused=True, materialize_grads=True
    )
    return dict(zip(names, of_parameters, strict=True)), of_x


def _assert_same(ours, theirs, dtype):
    tolerance = TOLERANCES[dtype]
    torch.testing.assert_close(ours, theirs, rtol=tolerance, atol=tolerance)


def _livelier(module, dtype):
    """Weights three times their usual size, so that some gates close and some units saturate."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.mul_(3)
    return module.to(dtype)


@every_case
def test_a_cell_has_the_textbooks_states_and_gradients(name, shape, dtype):
    torch.manual_seed(1)
    B, T, N, D = shape
    ours = _livelier(CELLS[name](N, D), dtype)
    textbook = TEXTBOOK_CELLS[name](N, D).to(dtype)
    textbook.load_state_dict(textbook.per_gate(ours.state_dict()))
    x = _random(B, T, N, dtype=dtype).requires_grad_()

    states, expected = ours(x), textbook(x)
    _assert_same(states, expected, dtype)

    # every state of every step pulls its own way
    pull = _random(B, T, N, D, dtype=dtype, seed=2) / B
    of_weights, of_x = _gradients((states * pull).sum(), ours, x)
    of_weights_expected, of_x_expected = _gradients((expected * pull).sum(), textbook, x)
    _assert_same(of_x, of_x_expected, dtype)
    _assert_same(textbook.per_gate(of_weights), of_weights_expected, dtype)


@every_case
def test_the_whole_model_has_the_textbooks_mixture_and_gradients(name, shape, dtype):
    torch.manual_seed(1)
    B, T, N, D = shape
    H = 2
    settings = ModelSettings(
        variables=N, lookback=T, horizon=H, hidden_size=D, cell=name, attention="states"
    )
    ours = _livelier(IMVLSTM(settings), dtype)
    for bias in (ours.attention.mean_bias, ours.attention.log_scale_bias):
        nn.init.normal_(bias)  # starts at 0, where it could be misplaced unseen
    textbook = TextbookIMVLSTM.like(ours)
    x = _random(B, T, N, dtype=dtype).requires_grad_()
    y = _random(B, H, dtype=dtype, seed=2)

    mixture, expected = ours(x), textbook(x)
    _assert_same(tuple(mixture), tuple(expected), dtype)

    of_weights, of_x = _gradients(nll(mixture, y).mean(), ours, x)
    of_weights_expected, of_x_expected = _gradients(nll(expected, y).mean(), textbook, x)
    _assert_same(of_x, of_x_expected, dtype)
    _assert_same(textbook.per_part(of_weights), of_weights_expected, dtype)


@pytest.mark.parametrize("name", list(CELLS))
def test_every_weight_of_ours_reaches_the_textbook_once(name):
    ours = IMVLSTM(
        ModelSettings(
            variables=3, lookback=4, horizon=2, hidden_size=5, cell=name, attention="states"
        )
    )
    count = sum(p.numel() for p in ours.parameters())
    numbers = torch.arange(count, dtype=torch.float32)
    nn.utils.vector_to_parameters(numbers, ours.parameters())
    copied = nn.utils.parameters_to_vector(TextbookIMVLSTM.like(ours).parameters())
    assert torch.equal(copied.sort().values, numbers)


def test_a_copy_does_not_follow_the_original():
    ours = IMVLSTM(ModelSettings(variables=2, lookback=3, attention="states"))
    textbook = TextbookIMVLSTM.like(ours)
    x = torch.ones(1, 3, 2)
    before = textbook(x).forecast
    with torch.no_grad():
        for parameter in ours.parameters():
            parameter.add_(1)
    assert torch.equal(textbook(x).forecast, before)


def test_what_is_not_in_the_paper_is_refused():
    with pytest.raises(SettingsError, match="attention='states'"):
        TextbookIMVLSTM(ModelSettings(variables=2, lookback=3, attention="inputs"))
