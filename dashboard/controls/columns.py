"""What to forecast from what, and where the rows are split."""

import streamlit as st

from dashboard import state
from dashboard.state import Choice
from imv_core import Table


def choose_columns(table: Table) -> Choice:
    """Target, variables and split; remembered for the page Train."""
    now = state.choice()
    run = state.run()
    key = f"{table.fingerprint[:12]}-{run.path.name if run else ''}"  # what is open was asked so
    with st.container(key="beside-columns"):
        left, right = st.columns([1, 2], gap="large")
    with left:
        target = st.selectbox(
            "Target: the column to forecast",
            table.numeric,
            index=table.numeric.index(now.target),
            key=f"target-{key}",
        )
        ends = st.slider(
            "Training part, validation part, test part (% of the rows, in time)",
            1,
            99,
            (round(now.train_share * 100), round((now.train_share + now.validation_share) * 100)),
            key=f"split-{key}",
            help="The weights are learnt from the training part; the validation part chooses the "
            "best epoch and sets the intervals; the test part is kept for scoring.",
        )
    with right:
        variables = st.multiselect(
            "Variables: what it is forecast from (the target itself, if chosen, by its past)",
            list(table.frame.columns),
            default=list(now.variables),
            key=f"variables-{key}",
        )
    train, validation = ends[0] / 100, (ends[1] - ends[0]) / 100
    if not variables:
        st.warning("Choose at least one variable.")
        return now
    if validation <= 0:
        st.warning("Leave some rows between the two ends of the slider for the validation part.")
        return now
    chosen = Choice(target, tuple(variables), train, round(validation, 4))
    state.choose(chosen)
    return chosen
