"""A record in a file, bound to what it is of; damaged, or of anything else, it is missing."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from imv_core import atomic

T = TypeVar("T")


def write(path: Path, record: Any, of: str) -> None:
    """Write a record that JSON can hold; `of` tells whose it is."""
    atomic.replace_text(path, json.dumps({"of": of, "record": record}))


def read(path: Path, of: str, from_json: Callable[[Any], T]) -> T | None:
    """What `write` wrote of just this, or None.

    Args:
        path: that anybody may have written.
        of: as it was given to `write`.
        from_json: makes it what it was, and raises where it cannot.
    """
    try:
        content = json.loads(path.read_text())
        return from_json(content["record"]) if content["of"] == of else None
    except (OSError, ValueError, TypeError, ArithmeticError, LookupError, AttributeError):
        return None
    except (AssertionError, RecursionError):  # of pandas; of JSON that is nested too deep
        return None
