"""Could another variable do as well? Variables that all but copy each other share importance."""

import pandas as pd

from imv_core.faithfulness.check import Check, CheckDefinition, CheckOutput, Role, Verdict
from imv_core.faithfulness.subject import Subject
from imv_core.phrases import listed
from imv_core.windows.near_copies import ALIKE


def run(subject: Subject) -> CheckOutput:
    """Take the groups of near copies from the explanation."""
    explanation = subject.explanation
    return CheckOutput(check(explanation.groups, explanation.variable_importance))


def check(groups: tuple[tuple[str, ...], ...], importance: "pd.Series[float]") -> Check:
    """Judge whether importance is split by chance: whether near copies hold much of it.

    Args:
        groups: variables that all but copy each other.
        importance: index variable.
    """
    together = {group: float(importance[list(group)].sum()) for group in groups}
    heavy = {group: share for group, share in together.items() if share >= 1 / len(importance)}
    verdict = Verdict.CAUTION if heavy else Verdict.PASS
    return DEFINITION.result(verdict, *_wording(heavy))


def _wording(heavy: dict[tuple[str, ...], float]) -> tuple[str, str]:
    """Return the sentence and the reason, from the groups that matter and their importance."""
    if not heavy:
        return "No variable that matters is all but a copy of another.", "no variable is a copy"
    copies = [f"{listed(group, 5)} all but copy each other" for group in heavy]
    parts = [
        f"{text} and together hold {share:.0%} of the importance"
        for text, share in zip(copies, heavy.values(), strict=True)
    ]
    return (
        f"{'; '.join(parts)}. How they share it is chance: read the sum, or leave all but one out.",
        copies[0],
    )


DEFINITION = CheckDefinition(
    name="redundancy",
    question="Could another variable do as well?",
    rule=f"Caution where variables of a correlation of {ALIKE} or more hold more than the uniform "
    "share together.",
    source="Hooker, Mentch & Zhou 2021, on permuted correlated variables",
    role=Role.READING,
    run=run,
)
