"""The choice of a preset, which sets the widgets below."""

from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import session
from dashboard.keys import Keys
from dashboard.session import Choice
from dashboard.wording import ATTENTIONS, CELLS, DEVICES, OBJECTIVES, PREDICTIONS
from imv_core import Settings
from imv_core.compute import has_gpu
from imv_core.training.settings import MOST_SEEDS, presets

CUSTOM = "custom"
PRESET = Keys.TRAIN("preset")


def choose_preset() -> None:
    """Draw the choice; what is chosen sets the widgets of the same names."""
    known = presets()
    values = {name: session.get(Keys.TRAIN(name)) for name in known["balanced"].values}
    now = next((key for key, preset in known.items() if preset.values == values), CUSTOM)
    options = {key: (preset.name, preset.line) for key, preset in known.items()}
    if now == CUSTOM:
        options[CUSTOM] = ("Custom", "As set under “More settings”.")
    session.put(PRESET, now)
    st.radio(
        "How to train",
        options,
        format_func=lambda key: options[key][0],
        captions=[line for _, line in options.values()],
        horizontal=True,
        key=PRESET,
        on_change=_apply,
        width="stretch",
    )


def _apply() -> None:
    chosen = session.get(PRESET)
    if chosen != CUSTOM:
        values = presets()[chosen].values
        session.set_values({Keys.TRAIN(name): value for name, value in values.items()})


SEVERAL = 5  # seeds: enough for whiskers
MANY, SEEDS = Keys.TRAIN("several"), Keys.TRAIN("seeds")
FREE = ("lookback", "horizon", "seed", "seeds")  # what no preset sets


def choose_settings(choice: Choice) -> Settings:
    """Ask for everything that a training needs beyond the columns."""
    names = [*presets()["balanced"].values, *FREE, *(["device"] if has_gpu() else [])]
    session.set_default_values({Keys.TRAIN(name): getattr(Settings, name) for name in names})
    choose_preset()
    lookback, horizon, seeds = _places("reach")
    with lookback:
        _number(
            "Lookback: rows that a forecast sees",
            "lookback",
            (1, 500),
            "Also the number of lags in the heatmaps.",
        )
    with horizon:
        _number("Horizon: steps to forecast", "horizon", (1, 48))
    with seeds:
        session.put(MANY, session.get(SEEDS) == SEVERAL)
        st.checkbox(
            f"Train {SEVERAL} seeds side by side",
            help="Their mean is the forecast, and whiskers show how far their importances differ: "
            f"what is chance. It takes {SEVERAL} times as long.",
            key=MANY,
            on_change=_set_seeds,
        )
    with st.expander("More settings"):
        _model()
        _training()
    return Settings(
        target=choice.target,
        variables=choice.variables,
        train_share=choice.train_share,
        validation_share=choice.validation_share,
        fill=choice.fill,
        **{name: session.get(Keys.TRAIN(name)) for name in names},
    )


def _set_seeds() -> None:
    session.put(SEEDS, SEVERAL if session.get(MANY) else 1)


def _model() -> None:
    left, middle, right = _places("model")
    with left:
        _radio(
            "Variables inside the model are",
            "cell",
            CELLS,
            "Kept apart, what a variable contributes is its own. If gates see all, effects that "
            "need two variables at once are learnt, and importance is blurred.",
        )
        _number("Hidden units a variable", "hidden_size", (1, 256))
    with middle:
        _radio(
            "Attention over",
            "attention",
            ATTENTIONS,
            "Over inputs, a forecast splits exactly into shares of variables and lags. Hidden "
            "states remember older inputs, so a peak may come after the lag that matters.",
        )
        _radio(
            "Predict of the target", "predict", PREDICTIONS, "The change suits series that drift."
        )
    with right:
        _radio(
            "Objective",
            "objective",
            OBJECTIVES,
            "What training makes small. With em each variable learns a distribution of its own, "
            "and importance rests on who explained what came true; it forecasts worse where "
            "effects add up.",
        )


def _training() -> None:
    left, middle, right = _places("training")
    with left:
        _number(
            "Epochs at most",
            "max_epochs",
            (1, 500),
            "A training ends earlier where the validation part no longer gains.",
        )
        _number("Epochs without a gain that end it", "patience", (1, 500))
    with middle:
        st.number_input(
            "Learning rate",
            0.0001,
            0.1,
            step=0.001,
            format="%.4f",
            key=Keys.TRAIN("learning_rate"),
            persist_state="session",
        )
        st.number_input(
            "Windows a batch",
            1,
            4096,
            value=None,
            placeholder="by the number of windows",
            key=Keys.TRAIN("batch_size"),
            persist_state="session",
        )
    with right:
        _number(
            "Seed",
            "seed",
            (0, 1_000_000),
            "The same seed gives the same model again; another shows what was chance.",
        )
        _number("Seeds: models trained side by side", "seeds", (1, MOST_SEEDS))
        if has_gpu():
            _radio("Train on", "device", DEVICES, "A small model trains as fast on the CPU.")


def _places(key: str) -> tuple[DeltaGenerator, DeltaGenerator, DeltaGenerator]:
    """Three beside one another; on a narrow screen under one another."""
    with st.container(key=f"beside-{key}"):
        return st.columns(3, gap="large", vertical_alignment="bottom" if key == "reach" else "top")


def _number(label: str, name: str, ends: tuple[int, int], text: str | None = None) -> None:
    st.number_input(label, *ends, help=text, key=Keys.TRAIN(name), persist_state="session")


def _radio(label: str, name: str, options: Mapping[str, str], text: str) -> None:
    st.radio(
        label,
        list(options),
        format_func=options.__getitem__,
        help=text,
        key=Keys.TRAIN(name),
        persist_state="session",
    )
