"""Parts of titles and notes: leading variables, near-copies named together, and subjects."""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import numpy as np
import pandas as pd

from dashboard.wording import listed, short
from imv_core import Explanation, OneForecast
from imv_core.model.decomposition import Explained
from imv_core.model.imv_lstm import Attention
from imv_core.windows.scaling import Scaling

Cell = tuple[str, int]  # a variable and a lag


def largest(cells: pd.DataFrame) -> Cell:
    """Return the variable and lag of the largest number, the first of several; skip NaN."""
    row, column = divmod(int(np.nanargmax(cells.to_numpy(float))), cells.shape[1])
    return str(cells.index[row]), int(cells.columns[column])


def value_at(cells: pd.DataFrame, cell: Cell) -> float:
    """Return the number of a variable and lag."""
    variable, lag = cell
    return float(cells[lag][variable])


MOST_NAMED = 3  # variables in a sentence
LEAST = 0.005  # less reads as 0%
Groups = tuple[tuple[str, ...], ...]
Values = TypeVar("Values", "pd.Series[float]", pd.DataFrame)


class Leader(NamedTuple):
    """One variable, or a group of near-copies, with its share of the importance."""

    names: tuple[str, ...]
    share: float

    def named(self, target: str | None = None, begins: bool = False) -> str:
        """Return the names as a phrase.

        Args:
            target: variable to call "the past of ... itself"; None: none.
            begins: the phrase begins a sentence.
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
        """Return the singular or the plural of a verb."""
        return of_one if len(self.names) == 1 else of_several


def sum_groups(values: Values, groups: Groups, among: Sequence[str] = ()) -> Values:
    """Sum the rows of each group of near-copies, in the row of its first variable.

    Args:
        values: one row per variable.
        groups: near-copies.
        among: only these variables and their near-copies; none: all.
    """
    shown = {name for one in among for name in group_members(groups, one)}
    first = {name: group[0] for group in groups for name in group}
    if shown:
        values = values[values.index.isin(shown)]
    rows = [first.get(name, name) for name in values.index]
    return values.groupby(rows, sort=False).sum()


def name_groups(sums: Values, groups: Groups) -> Values:
    """Name each row of `sum_groups` after all variables that it sums."""
    together = {group[0]: group_of(group[0], groups).named() for group in groups}
    return sums.rename(index=lambda name: together.get(name, name))


def group_of(name: str, groups: Groups) -> Leader:
    """Return a variable with its near-copies, without a share."""
    return Leader(group_members(groups, name), 0.0)


def group_members(groups: Groups, name: str) -> tuple[str, ...]:
    """Return the names of a variable and its near-copies."""
    return next((group for group in groups if name in group), (name,))


def leader(shares: "pd.Series[float]", groups: Groups, among: Sequence[str] = ()) -> Leader:
    """Return the variable or group with the largest share; see `sum_groups`."""
    sums = sum_groups(shares, groups, among)
    name = str(sums.idxmax())
    return Leader(group_members(groups, name), float(sums[name]))


def leading_cell(
    cells: pd.DataFrame, groups: Groups, among: Sequence[str] = ()
) -> tuple[Leader, int]:
    """Return the variable or group with the largest share at one lag, and the lag.

    Args:
        cells: variables x lags.
        groups: near-copies.
        among: as in `sum_groups`.
    """
    sums = sum_groups(cells, groups, among)
    name, lag = largest(sums)
    return Leader(group_members(groups, name), value_at(sums, (name, lag))), lag


def most_variable(
    shares: pd.DataFrame, groups: Groups, among: Sequence[str] = ()
) -> tuple[str, "pd.Series[float]"]:
    """Return the variable or group whose share varies most over the rows, and that share.

    Args:
        shares: rows x variables.
        groups: near-copies.
        among: as in `sum_groups`.
    """
    sums = sum_groups(shares.T, groups, among).T
    name = str((sums.max() - sums.min()).idxmax())
    return group_of(name, groups).named(), sums[name]


def subject_ending(explanation: Explanation) -> str:
    """Return " for the forecast" or " for the change"; "" where the level is forecast."""
    scaling = explanation.explainer.scaling
    if not scaling.is_change:
        return ""
    if explanation.rests_on != "contribution" or scaling.anchor is None:
        return " for the change"
    return f" for the {explanation.explains}"


def lag_subject_ending(explanation: Explanation) -> str:
    """Return the same for a map of lags: attention is always for what the network forecasts."""
    is_change = explanation.explainer.scaling.is_change
    is_attention = explanation.lags_are_attention
    return " for the change" if is_change and is_attention else subject_ending(explanation)


def subject_noun(one: OneForecast) -> str:
    """Return what the contributions add up to, as a noun."""
    return "this forecast" if one.explains is Explained.FORECAST else "the change"


def base_phrase(one: OneForecast) -> str:
    """Return where the contributions to a forecast start, as a phrase."""
    if one.starts_at_last:
        return f"the last known value of {short(one.target)} and what is added to every forecast"
    return "every input at its usual value"


def base_note(scaling: Scaling) -> str:
    """Return a note where the last known value is no input; else ""."""
    if not scaling.is_change or scaling.anchor is not None:
        return ""
    return (
        f"This model adds to the last known value of {short(scaling.target)}, which is not one of "
        "its inputs: importance and contributions are of what is added."
    )


def filled_note(one: OneForecast) -> str:
    """Return a note where the target is missing in the last row of a window; else ""."""
    reads = one.target in one.variables or one.starts_at_last
    if not reads or not bool(one.window.was_missing[one.target].iloc[-1]):
        return ""
    is_known = bool(pd.notna(one.values[one.target].iloc[-1]))
    stands_in = "last known" if is_known else "usual"
    return f"{short(one.target)} is missing at lag 1: its {stands_in} value stands in."


def contribution_note(explanation: Explanation) -> str:
    """Return what variables add to the forecast where importance is the paper's; else ""."""
    if explanation.rests_on == "contribution":
        return ""
    scaling = explanation.explainer.scaling
    groups = explanation.groups
    top = sum_groups(explanation.contribution_importance, groups).nlargest(MOST_NAMED)
    leaders = [Leader(group_members(groups, str(name)), share) for name, share in top.items()]
    added = [
        f"{one.named(scaling.target)} {one.share:.0%}" for one in leaders if one.share >= LEAST
    ]
    return (
        "This importance is the paper's: how far a variable explains the "
        f"{'change' if scaling.is_change else 'value'} that came true. What variables add to the "
        f"{explanation.explains} is shared otherwise: {listed(added)}."
    )


def attention_note(explanation: Explanation) -> str:
    """Return what a map of lags does not show where it is attention; else ""."""
    if not explanation.lags_are_attention:
        return ""
    target = short(explanation.explainer.scaling.target)
    if explanation.explainer.ensemble.settings.attention is Attention.STATES:
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
