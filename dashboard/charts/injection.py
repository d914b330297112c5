"""What a column with a known effect is given, as the effect grows."""

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.look import Palette, finish


def shares(
    bars: pd.DataFrame, outcomes: Sequence[str], marks: Mapping[float, str], colours: Palette
) -> go.Figure:
    """A bar for each strength, in the colour of its outcome, with the lag that was found.

    Args:
        bars: index strengths in words; share, text (over the bar), note (for the pointer), outcome.
        outcomes: the four that there can be, in the order of the legend.
        marks: shares that mean something, and what.
        colours: of the page.
    """
    figure = go.Figure()
    tones = (colours.forecast, colours.several[1], colours.faint, colours.ink)
    for outcome, colour in zip(outcomes, tones, strict=True):
        own = bars[bars["outcome"] == outcome]
        if len(own):
            figure.add_bar(
                x=own.index,
                y=own["share"],
                name=outcome,
                marker_color=colour,
                text=own["text"],
                textposition="outside",
                customdata=own[["note"]],
                hovertemplate="%{x}: %{y:.1%}<br>%{customdata[0]}<extra></extra>",
            )
    for share, text in marks.items():
        figure.add_hline(y=share, line={"color": colours.faint, "dash": "dash"})
        figure.add_annotation(
            x=0,
            xref="paper",
            xanchor="left",
            y=share,
            yanchor="bottom",
            text=text,
            font_color=colours.faint,
            showarrow=False,
        )
    top = max(bars["share"].max(), *marks) * 1.2
    figure.update_yaxes(title="share of importance", tickformat=".0%", range=[0, top])
    figure.update_xaxes(
        title="size of the effect, of the target's variation",
        categoryorder="array",
        categoryarray=list(bars.index),
    )
    return finish(figure, height=340, showlegend=True, bargap=0.4)
