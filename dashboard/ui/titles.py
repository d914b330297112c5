"""Where a map of variables x lags is largest, and what its cells hold."""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import numpy as np
import pandas as pd

from dashboard.wording import listed, short
from imv_core import Explanation, OneForecast
from imv_core.windows.scaling import Scaling

Cell = tuple[str, int]  # a variable and a lag


def largest(cells: pd.DataFrame) -> Cell:
    """The variable and lag of the largest number, the first of several; NaN is passed over."""
    row, column = divmod(int(np.nanargmax(cells.to_numpy(float))), cells.shape[1])
    return str(cells.index[row]), int(cells.columns[column])


def value_at(cells: pd.DataFrame, cell: Cell) -> float:
    """The number of a variable and lag."""
    variable, lag = cell
    return float(cells[lag][variable])


MOST_NAMED = 3  # variables in a sentence
LEAST = 0.005  # less reads as 0%
Groups = tuple[tuple[str, ...], ...]
Values = TypeVar("Values", "pd.Series[float]", pd.DataFrame)


class Leader(NamedTuple):
    """One variable, or several that nothing tells apart, and their share of the importance."""

    names: tuple[str, ...]
    share: float

    def named(self, target: str | None = None, begins: bool = False) -> str:
        """In words.

        Args:
            target: whose own past is called so; None: by its name as others.
            begins: at the beginning of a sentence.
        """
        words = [
            f"{'The' if begins and not place else 'the'} past of {short(name)} itself"
            if name == target
            else short(name)
            for place, name in enumerate(self.names[:MOST_NAMED])
        ]
        rest = len(self.names) - MOST_NAMED
        if rest > 0:
            words.append(f"{rest} other{'s' if rest > 1 else ''}")
        return listed(words) + (" together" if len(words) > 1 else "")

    def verb(self, of_one: str, of_several: str) -> str:
        """The form that fits."""
        return of_one if len(self.names) == 1 else of_several


def sum_groups(values: Values, groups: Groups, among: Sequence[str] = ()) -> Values:
    """Sum the rows of variables that all but copy each other, in the row of the first of them.

    Args:
        values: a row per variable.
        groups: of variables that all but copy each other.
        among: only these, and what copies them; none: all.
    """
    shown = {name for one in among for name in group_members(groups, one)}
    first = {name: group[0] for group in groups for name in group}
    if shown:
        values = values[values.index.isin(shown)]
    rows = [first.get(name, name) for name in values.index]
    return values.groupby(rows, sort=False).sum()


def name_groups(sums: Values, groups: Groups) -> Values:
    """The rows of `united`, each named after all that it sums."""
    together = {group[0]: group_of(group[0], groups).named() for group in groups}
    return sums.rename(index=lambda name: together.get(name, name))


def group_of(name: str, groups: Groups) -> Leader:
    """A variable, or all that all but copy each other, with no share."""
    return Leader(group_members(groups, name), 0.0)


def group_members(groups: Groups, name: str) -> tuple[str, ...]:
    """A variable, and those that all but copy it."""
    return next((group for group in groups if name in group), (name,))


def leader(shares: "pd.Series[float]", groups: Groups, among: Sequence[str] = ()) -> Leader:
    """Who has the largest share of all, see `united`."""
    sums = sum_groups(shares, groups, among)
    name = str(sums.idxmax())
    return Leader(group_members(groups, name), float(sums[name]))


def leading_cell(
    cells: pd.DataFrame, groups: Groups, among: Sequence[str] = ()
) -> tuple[Leader, int]:
    """Who has the largest share at one lag, and which lag; of variables x lags, see `united`."""
    sums = sum_groups(cells, groups, among)
    name, lag = largest(sums)
    return Leader(group_members(groups, name), value_at(sums, (name, lag))), lag


def most_variable(
    shares: pd.DataFrame, groups: Groups, among: Sequence[str] = ()
) -> tuple[str, "pd.Series[float]"]:
    """Whose share moves most from row to row, in words, and that share; see `united`.

    Args:
        shares: places x variables.
        groups: of variables that all but copy each other.
        among: only these, and what copies them; none: all.
    """
    sums = sum_groups(shares.T, groups, among).T
    name = str((sums.max() - sums.min()).idxmax())
    return group_of(name, groups).named(), sums[name]


def subject_ending(explanation: Explanation) -> str:
    """As a title ends: what importance is of; empty where the level of the target is forecast."""
    scaling = explanation.explainer.scaling
    if not scaling.is_change:
        return ""
    if explanation.rests_on != "contribution" or scaling.anchor is None:
        return " for the change"
    return f" for the {explanation.explains}"


def lag_subject_ending(explanation: Explanation) -> str:
    """The same of a map of lags: attention is the network's, and that forecasts the change."""
    is_change = explanation.explainer.scaling.is_change
    is_attention = explanation.lags_are_attention
    return " for the change" if is_change and is_attention else subject_ending(explanation)


def subject_noun(one: OneForecast) -> str:
    """What contributions to one forecast move."""
    return "this forecast" if one.explains == "forecast" else "the change"


def base_phrase(one: OneForecast) -> str:
    """Where the contributions to a forecast start."""
    if one.starts_at_last:
        return f"the last known value of {short(one.target)} and what is added to every forecast"
    return "every input at its usual value"


def base_note(scaling: Scaling) -> str:
    """Where the last known value is no input: what shares are of, as text; else empty."""
    if not scaling.is_change or scaling.anchor is not None:
        return ""
    return (
        f"This model adds to the last known value of {short(scaling.target)}, which is not one of "
        "its inputs: importance and contributions are of what is added."
    )


def filled_note(one: OneForecast) -> str:
    """Where the target is missing in the last row of a window: what stands in; else empty."""
    reads = one.target in one.variables or one.starts_at_last
    if not reads or not bool(one.window.filled[one.target].iloc[-1]):
        return ""
    is_known = bool(pd.notna(one.values[one.target].iloc[-1]))
    stands_in = "last known" if is_known else "usual"
    return f"{short(one.target)} is missing at lag 1: its {stands_in} value stands in."


def contribution_note(explanation: Explanation) -> str:
    """Say what variables add to the forecast, beside the paper's importance; else return ''."""
    if explanation.rests_on == "contribution":
        return ""
    scaling = explanation.explainer.scaling
    groups = explanation.groups
    top = sum_groups(explanation.contribution_importance, groups).nlargest(MOST_NAMED)
    leaders = [Leader(group_members(groups, str(name)), share) for name, share in top.items()]
    added = [f"{of.named(scaling.target)} {of.share:.0%}" for of in leaders if of.share >= LEAST]
    return (
        "This importance is the paper's: how far a variable explains the "
        f"{'change' if scaling.is_change else 'value'} that came true. What variables add to the "
        f"{explanation.explains} is shared otherwise: {listed(added)}."
    )


def attention_note(explanation: Explanation) -> str:
    """Where a map of lags is attention: what it is not, as text; else empty."""
    if not explanation.lags_are_attention:
        return ""
    target = short(explanation.explainer.scaling.target)
    if explanation.explainer.ensemble.settings.attention == "states":
        is_mixed = subject_ending(explanation) == " for the forecast"
        return (
            "Lags are the paper's attention over states. What variables add does not split into "
            "lags, as states remember older rows: attribution measures that."
            + (f" The last value of {target} counts at lag 1, whatever attention shows." * is_mixed)
        )
    return (
        "Lags are the paper's attention. What each lag adds to a forecast stands on the page "
        "Explore, as contributions."
    )
