"""The threads of a computation are chosen by its shape, and given back when it ends."""

import threading

import numpy as np
import pytest
import torch

from imv_core import IMVForecaster
from imv_core import devices_and_threads as threads
from imv_core.devices_and_threads import ENOUGH, limited
from tests.imv_core.walk import SMALL


@pytest.fixture(autouse=True)
def many_cores(monkeypatch):
    """As on a machine with 8 cores, of which PyTorch may use 6."""
    before = torch.get_num_threads()
    monkeypatch.setattr(threads, "_cores", lambda: 8)
    torch.set_num_threads(6)
    yield
    assert torch.get_num_threads() == 6
    torch.set_num_threads(before)


@pytest.mark.parametrize(
    ("numbers", "expected"), [(1, 1), (2 * ENOUGH - 1, 1), (2 * ENOUGH, 2), (99 * ENOUGH, 6)]
)
def test_larger_shapes_take_more_threads_up_to_what_was_allowed(numbers, expected):
    with limited(numbers):
        assert torch.get_num_threads() == expected


@pytest.mark.parametrize(("cores", "expected"), [(1, 1), (2, 1), (4, 3)])
def test_a_core_is_left_for_others(cores, expected, monkeypatch):
    monkeypatch.setattr(threads, "_cores", lambda: cores)
    with limited(99 * ENOUGH):
        assert torch.get_num_threads() == expected


def test_numpy_is_limited_too_and_gets_its_threads_back():
    def numbers():
        return [library["num_threads"] for library in threads._numpy().info()]

    before = numbers()
    with limited(1):
        assert set(numbers()) == {1}
    assert numbers() == before


def test_a_computation_within_another_keeps_its_threads():
    with limited(3 * ENOUGH):
        with limited(1):
            assert torch.get_num_threads() == 3
        assert torch.get_num_threads() == 3


def test_threads_are_given_back_after_a_failure():
    with pytest.raises(ZeroDivisionError), limited(1):
        _ = 1 / 0
    assert torch.get_num_threads() == 6


@pytest.mark.parametrize("first_ends_first", [True, False])
def test_computations_side_by_side_leave_what_was_before_the_first(first_ends_first):
    began, may_end, seen = threading.Event(), threading.Event(), []

    def compute():
        with limited(2 * ENOUGH):
            seen.append(torch.get_num_threads())
            began.set()
            assert may_end.wait(60)
        seen.append(torch.get_num_threads())

    other = threading.Thread(target=compute)
    with limited(1):
        other.start()
        assert began.wait(60)
        if first_ends_first:
            may_end.set()
            other.join()
            assert torch.get_num_threads() == 1  # this one goes on
    may_end.set()
    other.join()
    assert seen == [2, 6]
    new = threading.Thread(target=lambda: seen.append(torch.get_num_threads()))
    new.start()
    new.join()
    assert seen[-1] == 6


def test_all_that_a_forecaster_is_asked_is_limited(table):
    """None of it calls PyTorch's recurrence with more threads than its shape deserves."""
    seen = []

    def remember(module, x):
        seen.append(torch.get_num_threads())

    hook = torch.nn.modules.module.register_module_forward_pre_hook(remember)
    try:
        forecaster = IMVForecaster("y", **SMALL).fit(table)
        one = forecaster.explain_one(table)
        for ask in (
            lambda: forecaster.predict(table),
            lambda: forecaster.score(table),
            lambda: forecaster.explain(table),
            lambda: forecaster.explainer(table).details(slice(3)),
            lambda: forecaster.what_if(one, one.values),
            lambda: forecaster.attribute_one(table, one),
            lambda: forecaster.check(table),
        ):
            del seen[:]
            ask()
            assert set(seen) == {1}
    finally:
        hook.remove()


def test_the_same_seed_gives_the_same_numbers_with_any_number_of_threads(table, monkeypatch):
    def numbers(enough):
        monkeypatch.setattr(threads, "ENOUGH", enough)
        return IMVForecaster("y", **SMALL).fit(table).predict(table)["forecast"]

    np.testing.assert_allclose(numbers(enough=1), numbers(enough=2**40), rtol=1e-6)
