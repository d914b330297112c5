"""What the guesses of a quiz, its model and chance are worth against what was planted."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.views.panel import boxes
from dashboard.words import listed
from imv_core.planted import PlantedWorld


def score(
    world: PlantedWorld,
    guesses: Sequence[Sequence[str]],
    importance: "pd.Series[float]",
    explained: float,
) -> None:
    """Mark both guesses and the model by the truth.

    Args:
        world: whose truth counts.
        guesses: from the data, and with the explanation.
        importance: that the model gives.
        explained: share of the variance that its forecasts explain.
    """
    drivers = list(world.lags)
    candidates = importance.drop(world.target)
    named = list(candidates.nlargest(len(drivers)).index)
    chance = len(drivers) ** 2 / len(candidates)  # drawn without looking
    marked = {
        "Guess from the data": guesses[0],
        "Guess with the explanation": guesses[1],
        "Highest importance": named,
    }
    boxes(
        "quiz",
        {
            label: (f"{len(_found(names, drivers))} of {len(drivers)}", "")
            for label, names in marked.items()
        }
        | {
            "By chance": (f"{chance:.1f} of {len(drivers)}", "On average, of three drawn at random")
        },
    )
    truth = listed([f"{name} at lag {lags[0]}" for name, lags in world.lags.items()])
    st.markdown(f"**The truth.** The generator planted {truth}.")
    st.markdown("\n".join(f"- {_marked(label, names, drivers)}" for label, names in marked.items()))
    _judge(named, drivers, explained, 1 - world.noise**2)


def _found(names: Sequence[str], drivers: Sequence[str]) -> list[str]:
    return [name for name in names if name in drivers]


def _marked(label: str, names: Sequence[str], drivers: Sequence[str]) -> str:
    found = _found(names, drivers)
    wrong = [name for name in names if name not in drivers]
    kinds = (("right", found), ("wrong", wrong))
    parts = [f"{kind}: {listed(those)}" for kind, those in kinds if those]
    return f"**{label}**, {'; '.join(parts)}."


def _judge(named: Sequence[str], drivers: Sequence[str], explained: float, most: float) -> None:
    """Say whether the explanation could be believed."""
    errors = (
        f"The model explains {explained:.0%} of the variance of $y$ in the test part; who knew "
        f"the equation would explain {most:.0%}."
    )
    missed = [name for name in drivers if name not in named]
    if not missed:
        st.success(f"The explanation was right here. {errors}", icon=":material/check_circle:")
        return
    drive = "drives" if len(missed) == 1 else "drive"
    st.warning(
        f"The explanation was wrong here: {listed(missed)} {drive} $y$, and others have more "
        f"importance. {errors} What a model has not learnt its explanation cannot name: look at "
        "its errors first.",
        icon=":material/warning:",
    )
