"""Could another variable do as well? Variables that all but copy each other share importance."""

import pandas as pd

from imv_core.faithfulness.check import CAUTION, PASS, Check, listed
from imv_core.windows.near_copies import ALIKE


def check(found: tuple[tuple[str, ...], ...], importance: "pd.Series[float]") -> Check:
    """What copies share is split among them by chance."""
    rule = (
        f"Caution where variables of a correlation of {ALIKE} or more hold more than the uniform "
        "share together."
    )
    heavy = [g for g in found if float(importance[list(g)].sum()) >= 1 / len(importance)]
    parts = [
        f"{listed(list(group), 4)} all but copy each other and together hold "
        f"{importance[list(group)].sum():.0%} of the importance"
        for group in heavy
    ]
    sentence = (
        f"{'; '.join(parts)}. How they share it is chance: read the sum, or leave all but one out."
        if parts
        else "No variable that matters is all but a copy of another."
    )
    return Check(
        "redundancy",
        "Could another variable do as well?",
        CAUTION if parts else PASS,
        sentence,
        f"{listed(list(heavy[0]), 4)} all but copy each other"
        if parts
        else "no variable is a copy",
        rule,
        "Hooker, Mentch & Zhou 2021, on permuted correlated variables",
    )
