"""Two maps of variables and lags, by importance or by attribution."""

from collections.abc import Sequence

import streamlit as st

from dashboard import cache
from dashboard.pages.explain import panels
from dashboard.pages.explain.lag_map import panels as attribution
from dashboard.pages.open_model import OpenModel, show_note
from dashboard.ui.choices import choose_lag_measure
from dashboard.ui.failure import contain_failures
from dashboard.ui.figure_card import colours, columns_side_by_side, show_panel
from dashboard.ui.titles import attention_note
from imv_core import Explanation
from imv_core.model.decomposition import Explained


@st.fragment
@contain_failures()
def show_lags(
    model: OpenModel,
    explanation: Explanation,
    part: str,
    names: Sequence[str],
    step: int | None = None,
) -> None:
    """Show both maps; the switch between the measures redraws these alone.

    Args:
        model: the model.
        explanation: of the part.
        part: name of the part.
        names: the variables to draw, in order.
        step: the step ahead that is explained; None: all of them together.
    """
    trust = cache.trust(model.run)
    measure = choose_lag_measure(trust, explanation.lags_are_attention)
    if trust is None or measure == "attention":
        show_note(attention_note(explanation))
        left, right = columns_side_by_side("lags", 1, 1)
        with left:
            show_panel(
                "temporal_importance",
                panels.temporal_map(explanation, model.step, colours(), names, step),
            )
        with right:
            show_panel(
                "joint_importance",
                panels.joint_map(explanation, model.step, colours(), names, step),
            )
        return
    if part != trust.part:
        st.caption(f"Attribution was measured on the {trust.part} part.")
    if explanation.explains is Explained.CHANGE:
        st.caption("Attribution is measured on the forecast, so it includes the last value.")
    left, right = columns_side_by_side("lags", 1, 1)
    moves = trust.lag_attribution if step is None else trust.lag_attribution_by_step[step]
    ahead = panels.of_steps(explanation, step)
    shown = moves.loc[list(names)]
    with left:
        show_panel(
            "lags_within",
            attribution.within(shown, model.target, model.step, colours(), ahead),
        )
    with right:
        show_panel(
            "lags_together",
            attribution.together(moves, list(names), model.target, model.step, colours(), ahead),
        )
