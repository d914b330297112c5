"""The digest of tensors: written beside them, it tells where a file was altered on its way."""

import hashlib
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray


def of(tensors: Mapping[str, NDArray[np.generic]], text: str = "") -> str:
    """SHA-256 of names, sizes and numbers, in whatever order they are, and of a text."""
    digest = hashlib.sha256(text.encode())
    for name in sorted(tensors):
        values = np.ascontiguousarray(tensors[name])
        digest.update(f"{name} {values.dtype.str} {values.shape}".encode())
        digest.update(values.tobytes())
    return digest.hexdigest()
