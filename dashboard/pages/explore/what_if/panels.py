"""The figures of what-if: a forecast before and after its window is changed."""

import numpy as np
import pandas as pd

from dashboard.figures import waterfall as charts
from dashboard.figures.heatmap import Cells, change
from dashboard.figures.theme import Palette
from dashboard.pages.explore.panels import MOST
from dashboard.ui.panel import Panel
from dashboard.ui.titles import group_of, largest, name_groups, sum_groups, value_at
from dashboard.ui.window_values import short_value
from dashboard.wording import number, short, signed
from imv_core import OneForecast


def sentence(before: OneForecast, after: OneForecast, step: int) -> str:
    """Return what was changed and how that moves the forecast, as plain text."""
    was, now = float(before.forecast[step - 1]), float(after.forecast[step - 1])
    phrase = changed(before.values, after.values)
    if not phrase:
        return f"Nothing is changed yet: the forecast is {number(was)}."
    if number(was) == number(now):
        return f"{phrase} leaves the forecast of {short(before.target)} at {number(was)}."
    return (
        f"{phrase} moves the forecast of {short(before.target)} from {number(was)} to "
        f"{number(now)} ({signed(now - was)})."
    )


def changed(before: pd.DataFrame, after: pd.DataFrame) -> str:
    """Return the difference between two windows as a phrase; "" if there is none."""
    phrases = [_phrase(str(name), before[name], after[name]) for name in before.columns]
    phrases = [phrase for phrase in phrases if phrase]
    if len(phrases) > 2:
        return f"Changing {len(phrases)} variables"
    joined = " and ".join(phrases)
    return joined[:1].upper() + joined[1:]


def _phrase(name: str, before: "pd.Series", after: "pd.Series") -> str:
    is_other = ~((before == after) | (before.isna() & after.isna())).to_numpy(bool)
    places = np.flatnonzero(is_other)
    if len(places) == 0:
        return ""
    if len(places) == 1 and len(before) > 1:
        k = places[0]
        lag = len(before) - k
        values = f"from {short_value(before.iloc[k])} to {short_value(after.iloc[k])}"
        return f"setting {short(name)} at lag {lag} {values}"
    if after.nunique(dropna=False) == 1:
        return f"setting all values of {short(name)} to {short_value(after.iloc[0])}"
    factor = _factor(before, after)
    if factor is not None:
        return f"multiplying {short(name)} by {factor:.4g}"
    return f"changing {len(places)} values of {short(name)}"


def _factor(before: "pd.Series", after: "pd.Series") -> float | None:
    """Return the number that all values were multiplied by, if there is one."""
    if not pd.api.types.is_numeric_dtype(before):
        return None
    old, new = before.to_numpy(float), after.to_numpy(float)
    usable = np.isfinite(old) & (old != 0)
    if not usable.any():
        return None
    factor = float(new[usable][0] / old[usable][0])
    same = np.allclose(new, old * factor, rtol=1e-9, atol=0, equal_nan=True)
    return factor if same else None


def contributions(before: OneForecast, after: OneForecast, step: int, colours: Palette) -> Panel:
    """Draw what each variable adds before and after."""
    each = pd.DataFrame(
        {
            "before": before.by_variable(step)["contribution"],
            "after": after.by_variable(step)["contribution"],
        }
    )
    parts = sum_groups(each, before.groups)
    moved = (parts["after"] - parts["before"]).abs()
    start = pd.DataFrame(
        {"before": [before.base[step - 1]], "after": [after.base[step - 1]]}, index=["start"]
    )
    shift = float(start["after"].iloc[0] - start["before"].iloc[0])
    leader = str(moved.idxmax())
    named = group_of(leader, before.groups).named()
    by = signed((parts["after"] - parts["before"])[leader])
    title = (
        f"Of all contributions to the {before.explains}, that of {named} changes most: by {by}"
        if moved.max() > 0
        else "No contribution changes"
    )
    if shift:
        title += f"; the last known value, to which they are added, moves by {signed(shift)}"
    top = parts.loc[(parts.abs().max(axis=1) + moved).nlargest(MOST).index]
    return Panel(
        title,
        charts.contributions(
            name_groups(top, before.groups), before.explains, before.target, colours
        ),
        lambda: pd.concat([start, each]).rename_axis("part").reset_index(),
        "what_if",
        is_explanation=True,
        explains=before.explains,
    )


def attention(
    before: OneForecast, after: OneForecast, step: int, row_step: str, colours: Palette
) -> Panel:
    """Draw the change of attention, by variable and lag."""
    old, new = before.attention_at(step), after.attention_at(step)
    difference = new - old
    uniform = 1 / len(before.lags)
    first = largest(difference.abs())
    most = value_at(difference, first)
    title = (
        f"Attention moves most at {short(first[0])}, lag {first[1]}: from "
        f"{value_at(old, first):.1%} to {value_at(new, first):.1%}"
        if abs(most) >= 5e-4
        else "Attention stays where it was"
    )
    kept = set(difference.abs().max(axis=1).nlargest(MOST).index)
    rows = [v for v in before.variables if v in kept]
    cells = Cells(difference.loc[rows], 0.0, True, "after − before", "+.1%", least=uniform)
    numbers = pd.DataFrame({"before": old.stack(), "after": new.stack()})
    return Panel(
        title,
        change(cells, row_step, colours),
        lambda: numbers.reset_index(),
        "what_if_attention",
        is_explanation=True,
    )


def beyond(values: pd.DataFrame, before: pd.DataFrame, known: pd.DataFrame) -> list[str]:
    """Return the variables whose new values lie outside the range of the training part.

    Args:
        values: the window as changed.
        before: as it was.
        known: the training part.
    """
    found = []
    for name in values.columns:
        if not pd.api.types.is_numeric_dtype(values[name]) or values[name].equals(before[name]):
            continue
        low, high = known[name].min(), known[name].max()
        if values[name].min() < low or values[name].max() > high:
            found.append(f"{short(str(name))} ({short_value(low)} to {short_value(high)})")
    return found
