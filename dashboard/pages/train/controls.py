"""Choose the settings of a training: a preset, and the form made from the declarations."""

from collections.abc import Iterable
from itertools import cycle
from typing import Any, Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import session
from dashboard.session import Choice
from dashboard.session_keys import Keys
from imv_core import Settings
from imv_core.devices_and_threads import has_gpu
from imv_core.training.declaration import Declaration, Section, declared
from imv_core.training.presets import PRESETS

CUSTOM = "custom"  # the settings are those of no preset
PRESET = Keys.TRAIN("preset")
SEVERAL = 5  # seeds of the checkbox: enough to show a range
USE_SEVERAL, SEEDS = Keys.TRAIN("several"), Keys.TRAIN("seeds")


def choose_settings(choice: Choice, kind: type[Settings] = Settings) -> Settings:
    """Draw the form and return the chosen settings.

    Args:
        choice: columns, split and fill, from the page Data.
        kind: settings class whose declarations make the form.
    """
    offered = [each for each in declared(kind).values() if _is_offered(each)]
    session.set_default_values({Keys.TRAIN(each.name): each.default for each in offered})
    _choose_preset()
    windows = _three_columns("reach", "bottom")
    _fill_row(windows, Section.WINDOWS, offered)
    with windows[2]:
        _choose_several_seeds()
    with st.expander("More settings"):
        for section in (Section.MODEL, Section.TRAINING):
            _fill_row(_three_columns(section, "top"), section, offered)
    return kind(
        target=choice.target,
        variables=choice.variables,
        train_share=choice.train_share,
        validation_share=choice.validation_share,
        fill=choice.fill,
        **{each.name: session.get(Keys.TRAIN(each.name)) for each in offered},
    )


def _is_offered(setting: Declaration) -> bool:
    return setting.about.on_form and (setting.name != "device" or has_gpu())


def _choose_preset() -> None:
    """Draw the presets; the chosen one sets the widgets of its settings."""
    names = PRESETS["balanced"].values
    values = {name: session.get(Keys.TRAIN(name)) for name in names}
    current = next((key for key, preset in PRESETS.items() if preset.values == values), CUSTOM)
    options = {key: (preset.name, preset.line) for key, preset in PRESETS.items()}
    if current == CUSTOM:
        options[CUSTOM] = ("Custom", "As set under “More settings”.")
    session.put(PRESET, current)
    st.radio(
        "How to train",
        options,
        format_func=lambda key: options[key][0],
        captions=[line for _, line in options.values()],
        horizontal=True,
        key=PRESET,
        on_change=_apply_preset,
        width="stretch",
    )


def _apply_preset() -> None:
    chosen = session.get(PRESET)
    if chosen != CUSTOM:
        values = PRESETS[chosen].values
        session.set_values({Keys.TRAIN(name): value for name, value in values.items()})


def _choose_several_seeds() -> None:
    session.put(USE_SEVERAL, session.get(SEEDS) == SEVERAL)
    st.checkbox(
        f"Train {SEVERAL} seeds side by side",
        help="The forecast is their mean. The range of their importances shows what depends on "
        f"chance. Training takes {SEVERAL} times as long.",
        key=USE_SEVERAL,
        on_change=_set_seeds,
    )


def _set_seeds() -> None:
    session.put(SEEDS, SEVERAL if session.get(USE_SEVERAL) else 1)


def _three_columns(key: str, alignment: Literal["top", "bottom"]) -> tuple[DeltaGenerator, ...]:
    """Return three columns; a narrow screen shows them below one another."""
    with st.container(key=f"beside-{key}"):
        return st.columns(3, gap="large", vertical_alignment=alignment)


def _fill_row(
    columns: tuple[DeltaGenerator, ...], section: Section, offered: Iterable[Declaration]
) -> None:
    """Draw the widgets of a section, column by column."""
    own = (each for each in offered if each.about.section is section)
    for column, setting in zip(cycle(columns), own, strict=False):
        with column:
            _choose(setting)


def _choose(setting: Declaration) -> None:
    """Draw the widget of one setting: choices as a radio, numbers as a number box."""
    about, key = setting.about, Keys.TRAIN(setting.name)
    label = f"{about.label}: {about.text}" if about.section is Section.WINDOWS else about.label
    if setting.is_choice:
        st.radio(
            label,
            list(setting.words),
            format_func=setting.written,
            help=about.help or None,
            key=key,
            persist_state="session",
        )
        return
    if setting.limits is None:
        raise TypeError(f"The setting '{setting.name}' has no limits for the form.")
    least, most = setting.limits.on_form
    options: dict[str, Any] = {}
    if setting.is_optional:
        options = {"value": None, "placeholder": about.none}
    if setting.kind is float:
        options |= {"step": most / 100, "format": "%.4f"}
    st.number_input(
        label,
        least,
        most,
        help=about.help or None,
        key=key,
        persist_state="session",
        **options,
    )
