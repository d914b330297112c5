"""Findings about columns that may contain the target's future, each in one or two sentences."""

from collections.abc import Sequence

from imv_core.phrases import listed
from imv_core.tables.findings import Finding, FindingKind


def near_copy(name: str, target: str, correlation: float) -> Finding:
    """Report a column that nearly equals the target."""
    text = (
        f"Column '{name}' is nearly the same as the target '{target}' in every row (correlation "
        f"{correlation:.4f}). Importance is then shared between the two by chance. Leave it out "
        "where it was made from the target or is known only later."
    )
    return Finding(FindingKind.NEAR_COPY, (name,), text, warning=True)


def ahead(name: str, target: str, lead: int, correlation: float) -> Finding:
    """Report a column that nearly equals the target some rows later."""
    text = (
        f"Column '{name}' is at every row nearly what the target '{target}' will be {lead} "
        f"{'row' if lead == 1 else 'rows'} later (correlation {correlation:.4f}). If that was not "
        "known at the time, leave it out: forecasts would look better than they can be."
    )
    return Finding(FindingKind.AHEAD, (name,), text, warning=True)


_LINES = (
    "in straight lines from one reading to the next, {} rows apart: a value between two readings "
    "already holds the next one, which was not known at the time"
)


def interpolated_target(target: str, apart: int) -> Finding:
    """Report a target that was interpolated between readings, given their distance in rows."""
    text = (
        f"The target '{target}' runs {_LINES.format(apart)}, so its forecasts look better than "
        f"they can be. Resample to {apart} rows or more."
    )
    return Finding(FindingKind.INTERPOLATED, (target,), text, warning=True)


def interpolated(names: Sequence[str], apart: int) -> Finding:
    """Report columns that were interpolated between readings, given their distance in rows."""
    columns, run, them = ("Columns", "run", "them") if len(names) > 1 else ("Column", "runs", "it")
    text = (
        f"{columns} {listed(names)} {run} {_LINES.format(apart)}. Leave {them} out where forecasts "
        "must hold in real use."
    )
    return Finding(FindingKind.INTERPOLATED, tuple(names), text, warning=True)
