"""What a column with a known effect is given, as the effect grows."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.look import Palette, finish, name_rows


def shares(
    bars: pd.DataFrame, outcomes: Sequence[str], threshold: float, colours: Palette
) -> go.Figure:
    """A bar for each strength, in the colour of its outcome, with the lag that was found.

    Args:
        bars: index strengths in words; share, text (over the bar), note (for the pointer), outcome.
        outcomes: the four that there can be, in the order of the legend.
        threshold: the share above which it counts as found.
        colours: of the page.
    """
    figure = go.Figure()
    places = pd.Series(np.arange(len(bars)), bars.index)
    tones = (colours.forecast, colours.several[1], colours.faint, colours.ink)
    for outcome, colour in zip(outcomes, tones, strict=True):
        own = bars[bars["outcome"] == outcome]
        if len(own):
            figure.add_bar(
                x=places[own.index],
                y=own["share"],
                width=0.6,
                name=outcome,
                marker_color=colour,
                customdata=own[["note"]],
                hovertemplate="%{y:.1%} of the importance<br>%{customdata[0]}<extra></extra>",
            )
    for place, share, text in zip(places, bars["share"], bars["text"], strict=True):
        figure.add_annotation(x=place, y=share, text=text, yanchor="bottom", showarrow=False)
    figure.add_hline(y=threshold, line={"color": colours.accent, "dash": "dash"})
    figure.add_annotation(
        x=1,  # beside the bars: they would hide it
        xref="paper",
        xanchor="right",
        y=threshold,
        yanchor="bottom",
        text=f"found<br>above {threshold:.0%}",
        font_color=colours.accent,
        align="right",
        showarrow=False,
    )
    name_rows(figure, list(bars.index), at_y=False)
    figure.update_xaxes(
        title="size of the effect, of the target's variation",
        range=[-0.5, len(bars) + 0.5],
        showgrid=False,
    )
    top = 1.25 * max(bars["share"].max(), threshold)
    figure.update_yaxes(title="share of importance", tickformat=".0%", range=[0, top])
    return finish(figure, height=340, showlegend=True, barmode="overlay")
