"""Colours, margins and legend that all Plotly charts share."""

from typing import Any

# Imported whole before any figure is made: Plotly looks into sys.modules for pandas, where it finds
# a half of it while another visitor's thread is importing it, and fails.
import pandas as pd  # noqa: F401
import plotly.graph_objects as go

from dashboard.i18n.translate import separators

TRAIN, VALIDATION, PAPER = "#0b7c98", "#b45309", "#8b5cf6"  # each 3:1 on white, on dark, to text
MARK = "#6b7f8c"  # of lines that are no data: a threshold, a diagonal


def percent(share: float | None) -> float | None:
    """Return a share of [0, 1] in percent, None where it is undefined."""
    return None if share is None else 100 * float(share)


def legend() -> dict[str, object]:
    """Return a legend in one line above the figure; it takes a top margin of 68 pixels."""
    return {"orientation": "h", "yanchor": "bottom", "y": 1, "x": 0}


def base_figure(*traces: go.Bar | go.Heatmap, title: str, height: int) -> go.Figure:
    """Return a titled figure with the margins all charts share; the page's theme colours it."""
    return go.Figure(data=traces, layout=base_layout(title=title, height=height))


def base_layout(*, title: str, height: int) -> dict[str, Any]:
    """Return the layout of ``base_figure``; changing a figure's takes longer than making it."""
    return {
        "title": {
            "text": title,
            "x": 0,
            "y": 1,
            "yanchor": "top",
            "pad": {"t": 8},
            "font": {"size": 15},
        },
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 44, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "dragmode": False,
        "separators": separators(),
        "xaxis": {"automargin": True, "fixedrange": True},
        "yaxis": {"automargin": True, "fixedrange": True},
    }
