"""Findings: remarks about a table, with their treatment."""

from dataclasses import dataclass

from imv_core.phrases import counted, listed

__all__ = ["Finding", "counted", "listed"]


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
