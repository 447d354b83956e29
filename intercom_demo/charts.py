"""How charts look: colours that colour-blind eyes tell apart, and Vega's settings."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

BLUE, ORANGE, GREEN, PURPLE, SKY, BLACK, YELLOW = COLOURS = (
    "#0072b2",
    "#d55e00",
    "#007a5a",
    "#a0528a",
    "#56b4e9",
    "#222222",
    "#b58900",
)
"""After Okabe and Ito, some darker, so that each stands out from white."""
TEXT, GRID = "#333333", "#dddddd"

Row = Mapping[str, Any]
Drawing = alt.Chart | alt.LayerChart | alt.FacetChart


def chart(rows: Sequence[Row]) -> alt.Chart:
    """Return a chart of these rows, which are to be told what they are drawn as."""
    return alt.Chart(alt.InlineData(values=[dict(row) for row in rows]))


def specification(one: Drawing) -> dict[str, Any]:
    """Return what Vega draws, in the look that all charts have."""
    look = alt.Config(
        font="system-ui, sans-serif",
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            labelColor=TEXT,
            titleColor=TEXT,
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
            gridColor=GRID,
            domain=False,
            ticks=False,
            labelPadding=6,
        ),
        legend=alt.LegendConfig(
            orient="top", title=None, labelColor=TEXT, labelFontSize=12, symbolStrokeWidth=3
        ),
        title=alt.TitleConfig(
            anchor="start", fontSize=15, fontWeight="normal", color=TEXT, offset=12
        ),
    )
    drawn: dict[str, Any] = one.properties(config=look).to_dict()
    return drawn
