"""What was found in a file, and the few words that such sentences share."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that was found in a file, and what was done about it.

    `kind` is a short stable key: format, renamed, time, unsorted, duplicates, step, gaps, dropped,
    text, missing, constant or copies; of `resampling` resampled, of `suspects` near-copy, ahead or
    interpolated. `columns` is empty where the whole file is meant, and `warning` says that the
    analyst should look at it.
    """

    kind: str
    columns: tuple[str, ...]
    text: str
    warning: bool = False


def counted(number: int, noun: str) -> str:
    """Say how many: `1 row`, `2,067 rows`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def listed(names: Iterable[str], at_most: int = 8) -> str:
    """Enumerate names in quotes: `'a', 'b' and 'c'`, shortened where there are many."""
    quoted = [f"'{name}'" for name in names]
    if len(quoted) > at_most:
        quoted = [*quoted[: at_most - 1], f"{len(quoted) - at_most + 1} more"]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
