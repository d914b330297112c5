"""Which variables are shown, and in which order."""

from dataclasses import dataclass

import pandas as pd

ORDERS = {"importance": "by importance", "table": "as in the data", "name": "by name"}


@dataclass(frozen=True)
class Selection:
    """What a visitor wants to see of many variables.

    Args:
        most: how many, the most important ones.
        order: a key of `ORDERS`.
        search: only names that hold this text, whatever its case.
    """

    most: int
    order: str = "importance"
    search: str = ""

    def of(self, importance: "pd.Series[float]") -> list[str]:
        """The names that are shown; `importance` has all variables in the order of the data."""
        found = [n for n in importance.index if self.search.casefold() in str(n).casefold()]
        top = importance[found].nlargest(self.most).index
        if self.order == "importance":
            return list(top)
        shown = [name for name in found if name in top]
        return sorted(shown, key=str.casefold) if self.order == "name" else shown
