"""The settings of a training, in plain words."""

import streamlit as st

from dashboard.state import Choice
from imv_core import Settings
from imv_core.settings import MOST_SEEDS

CELLS = {"tensor": "kept apart (IMV-Tensor)", "full": "gates see all (IMV-Full)"}
PREDICTIONS = {
    "auto": "whichever of both varies less",
    "level": "its level",
    "change": "its change since the last row",
}
OBJECTIVES = {
    "balanced": "balanced: squared and absolute error",
    "mse": "mse: squared error",
    "em": "em: one variable explains each value (the paper's)",
}
ATTENTIONS = {"inputs": "inputs, lag by lag", "states": "hidden states (the paper's)"}


def choose_settings(choice: Choice) -> Settings:
    """Ask for everything that a training needs beyond the columns."""
    a, b, c = st.columns(3, gap="large")
    lookback = a.number_input(
        "Lookback: rows that a forecast sees",
        1,
        500,
        Settings.lookback,
        help="Also the number of lags in the heatmaps.",
        key="lookback",
        persist_state="session",
    )
    horizon = b.number_input(
        "Horizon: steps to forecast",
        1,
        48,
        Settings.horizon,
        key="horizon",
        persist_state="session",
    )
    epochs = c.number_input(
        "Epochs at most",
        1,
        500,
        Settings.max_epochs,
        help="A training ends earlier where the validation part no longer gains.",
        key="epochs",
        persist_state="session",
    )
    with st.expander("More settings"):
        a, b, c = st.columns(3, gap="large")
        cell = a.radio(
            "Variables inside the model are",
            CELLS,
            index=list(CELLS).index(Settings.cell),
            format_func=CELLS.__getitem__,
            help="Kept apart, what a variable contributes is its own. If gates see all, effects "
            "that need two variables at once are learnt, and importance is blurred.",
            key="cell",
            persist_state="session",
        )
        predict = a.radio(
            "Predict of the target",
            PREDICTIONS,
            index=list(PREDICTIONS).index(Settings.predict),
            format_func=PREDICTIONS.__getitem__,
            help="The change suits series that drift.",
            key="predict",
            persist_state="session",
        )
        objective = b.radio(
            "Objective",
            OBJECTIVES,
            index=list(OBJECTIVES).index(Settings.objective),
            format_func=OBJECTIVES.__getitem__,
            help="What training makes small. With em each variable learns a distribution of its "
            "own, and importance rests on who explained what came true; it forecasts worse where "
            "effects add up.",
            key="objective",
            persist_state="session",
        )
        attention = b.radio(
            "Attention over",
            ATTENTIONS,
            index=list(ATTENTIONS).index(Settings.attention),
            format_func=ATTENTIONS.__getitem__,
            help="Over inputs, a forecast splits exactly into shares of variables and lags. Hidden "
            "states remember older inputs, so a peak may come after the lag that matters.",
            key="attention",
            persist_state="session",
        )
        hidden = c.number_input(
            "Hidden units a variable",
            1,
            256,
            Settings.hidden_size,
            key="hidden",
            persist_state="session",
        )
        rate = c.number_input(
            "Learning rate",
            0.0001,
            0.1,
            Settings.learning_rate,
            step=0.001,
            format="%.4f",
            key="rate",
            persist_state="session",
        )
        seed = c.number_input(
            "Seed",
            0,
            1_000_000,
            Settings.seed,
            help="The same seed gives the same model again; another shows what was chance.",
            key="seed",
            persist_state="session",
        )
        seeds = c.number_input(
            "Seeds: models trained side by side",
            1,
            MOST_SEEDS,
            Settings.seeds,
            help="Their mean is the forecast, and the whiskers show how far their importances "
            "differ. Each takes as long as one alone.",
            key="seeds",
            persist_state="session",
        )
    return Settings(
        target=choice.target,
        variables=choice.variables,
        lookback=lookback,
        horizon=horizon,
        cell=cell,
        attention=attention,
        objective=objective,
        predict=predict,
        hidden_size=hidden,
        max_epochs=epochs,
        learning_rate=rate,
        seed=seed,
        seeds=seeds,
        train_share=choice.train_share,
        validation_share=choice.validation_share,
        fill=choice.fill,
    )
