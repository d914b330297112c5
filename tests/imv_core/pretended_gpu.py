"""A GPU for tests on machines without one: a device of its own, whose numbers the CPU computes.

As on a real one, tensors of both devices do not mix, and what is on the GPU is no array of NumPy.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor
from torch.utils import backend_registration
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map_only

DEVICE = "pretended"
aten = torch.ops.aten
MOVES = (aten._to_copy.default, aten.copy_.default)
LOOK_UPS = (aten.index.Tensor, aten.index_put_.default, aten.index_put.default)


class GPUTensor(Tensor):
    """A tensor of the other device; its numbers are in `on_cpu`."""

    on_cpu: Tensor
    __torch_function__ = torch._C._disabled_torch_function_impl

    @staticmethod
    def __new__(cls, on_cpu: Tensor) -> "GPUTensor":
        tensor = torch.Tensor._make_wrapper_subclass(
            cls,
            on_cpu.size(),
            strides=on_cpu.stride(),
            storage_offset=on_cpu.storage_offset(),
            dtype=on_cpu.dtype,
            device=f"{DEVICE}:0",
        )
        tensor.on_cpu = on_cpu
        return tensor

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        raise RuntimeError("The GPU is gone.")


class _GPU(TorchDispatchMode):
    """Computes what its tensors take part in, and counts it."""

    def __init__(self) -> None:
        super().__init__()
        self.operations = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = dict(kwargs or {})
        if kwargs.get("device") is not None:
            is_on_gpu = torch.device(kwargs["device"]).type == DEVICE
            kwargs["device"] = torch.device("cpu")
        else:
            first = next((t for t in tree_leaves((args, kwargs)) if isinstance(t, Tensor)), None)
            is_on_gpu = isinstance(first, GPUTensor)
        if func not in MOVES:
            _need_one_device(func, args, kwargs, is_on_gpu)
        self.operations += is_on_gpu
        given = {id(t.on_cpu): t for t in tree_leaves((args, kwargs)) if isinstance(t, GPUTensor)}
        args, kwargs = tree_map_only(GPUTensor, lambda tensor: tensor.on_cpu, (args, kwargs))
        found = func(*args, **kwargs)
        if not is_on_gpu:
            return found

        def on_gpu(tensor: Tensor) -> Tensor:
            # what was changed in place is the same tensor as before
            return given[id(tensor)] if id(tensor) in given else GPUTensor(tensor)

        return tree_map_only(Tensor, on_gpu, found)


def _need_one_device(func: Any, args: Any, kwargs: Any, is_on_gpu: bool) -> None:
    """Raise what PyTorch raises; single numbers and look-ups may be on the CPU."""
    if func in LOOK_UPS and is_on_gpu:
        args = (args[0], *args[2:])
    for tensor in tree_leaves((args, kwargs)):
        if not isinstance(tensor, Tensor) or isinstance(tensor, GPUTensor) == is_on_gpu:
            continue
        if tensor.dim() or not is_on_gpu:
            raise RuntimeError(f"Expected all tensors to be on the same device: {func} got both.")


def _lstm(x: Tensor, start: Any, weights: list[Tensor], *_: Any) -> tuple[Tensor, Tensor, Tensor]:
    """In place of cuDNN's `torch.lstm`, with the same demand on its weights.

    They must lie one behind the other in one block of memory: weights of inputs and of states, then
    both biases.
    """
    (h,), (c,) = start
    places = [w.storage_offset() for w in weights]
    assert all(w.is_contiguous() for w in weights)
    assert places == [sum(w.numel() for w in weights[:k]) for k in range(len(weights))]
    assert len({w.on_cpu.untyped_storage().data_ptr() for w in weights}) == 1
    states = []
    for step in x:
        z = step @ weights[0].T + h @ weights[1].T + weights[2] + weights[3]
        i, f, j, o = z.chunk(4, dim=1)
        c = f.sigmoid() * c + i.sigmoid() * j.tanh()
        h = o.sigmoid() * c.tanh()
        states.append(h)
    return torch.stack(states), h[None], c[None]


@cache
def _register() -> torch.library.Library:
    """Tell PyTorch of the device; once a process, for as long as this is kept."""
    backend_registration._setup_privateuseone_for_python_backend(DEVICE)
    library = torch.library.Library("aten", "IMPL")

    # where a list is an index PyTorch moves it by itself, and asks no mode
    def empty_strided(size: Any, stride: Any, dtype: torch.dtype, **_: Any) -> Tensor:
        return GPUTensor(torch.empty_strided(size, stride, dtype=dtype))

    def copy_from(source: Tensor, target: GPUTensor, non_blocking: bool = False) -> Tensor:
        target.on_cpu.copy_(source)
        return target

    library.impl("empty_strided", empty_strided, "PrivateUse1")
    library.impl("_copy_from", copy_from, "PrivateUse1")
    return library


@contextmanager
def pretended_gpu() -> Iterator[Callable[[], int]]:
    """A machine with a GPU; yields how many operations it has computed."""
    _register()
    with (
        patch("torch.cuda.is_available", return_value=True),
        patch("imv_core.devices_and_threads.GPU", DEVICE),
        patch("torch.lstm", _lstm),
        torch.autograd.set_multithreading_enabled(False),  # its threads do not know the device
        _GPU() as gpu,
    ):
        yield lambda: gpu.operations
