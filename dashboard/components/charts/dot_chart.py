"""Dot chart of metrics and their intervals, free of Streamlit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from covid_model.common.messages import Message
from dashboard.components.charts.plotly_base import MARK, base_figure, legend, percent
from dashboard.components.text import percent as in_percent
from dashboard.i18n.translate import number, t

ROW = 56  # pixels of height for each row of dots
BELOW = 60  # pixels of the axis with its title
TITLE, LEGEND, LINE = 34, 26, 18  # pixels of the title, the legend, a reference line's name
DASHES = ("dot", "dash")
APART = 0.3  # between the dots of one row, where rows are 1 apart


@dataclass(frozen=True)
class Dots:
    """One metric of every row: its key in the rows, its name, how it is drawn."""

    key: str
    name: Message
    colour: str
    symbol: str


@dataclass(frozen=True)
class Level:
    """A vertical line at a share of [0, 1], with what it stands for."""

    share: float
    words: Message


def dot_chart(
    rows: Sequence[Mapping[str, Any]],
    labels: Sequence[str],
    series: Sequence[Dots],
    *,
    title: str,
    levels: Sequence[Level] = (),
) -> go.Figure:
    """Draw shares with their intervals as dots in percent, one line of the figure a row.

    A row with a true "few" has hollow dots. What is None is left out.

    Args:
        rows: each with "images", with the keys of the series, range [0, 1] or None, and with
            ``<key>_interval`` where it is known.
        labels: the name of each row.
        series: what is drawn in each row.
        title: of the figure, with the unit.
        levels: reference lines.
    """
    named = len(series) > 1
    above = TITLE + LEGEND * named + LINE * len(levels)
    height = above + ROW * len(rows) + BELOW
    figure = base_figure(title=title, height=height)
    for index, dots in enumerate(series):
        with_value = [at for at, row in enumerate(rows) if row.get(dots.key) is not None]
        shift = APART * (index - (len(series) - 1) / 2)
        _draw_dots(figure, [(at + shift, rows[at], labels[at]) for at in with_value], dots)
    for index, level in enumerate(levels):
        _draw_level(figure, level, up=LINE * index, dash=DASHES[index])
    place = {"yref": "container", "y": 1 - TITLE / height, "yanchor": "top"}
    figure.update_layout(legend={**legend(), **place}, showlegend=named, margin_t=above)
    _label_axes(figure, labels)
    return figure


def _label_axes(figure: go.Figure, labels: Sequence[str]) -> None:
    """Name the rows, and put shares in percent on the other axis."""
    figure.update_xaxes(title=t("Share (%)"), range=[-2, 102], tickvals=[0, 25, 50, 75, 100])
    figure.update_yaxes(
        range=[len(labels) - 0.5, -0.5],
        tickvals=list(range(len(labels))),
        ticktext=list(labels),
        zeroline=False,
        showgrid=False,
        ticks="",
        ticklabelstandoff=6,
    )


def _draw_dots(
    figure: go.Figure, places: Sequence[tuple[float, Mapping[str, Any], str]], dots: Dots
) -> None:
    """Draw one series: a dot with its interval for each (height, row, label)."""
    bars = [_bar(row, dots.key) for _, row, _ in places]
    figure.add_scatter(
        x=[percent(row[dots.key]) for _, row, _ in places],
        y=[height for height, _, _ in places],
        name=t(dots.name),
        mode="markers",
        marker={
            "color": dots.colour,
            "symbol": [f"{dots.symbol}{'-open' * bool(row.get('few'))}" for _, row, _ in places],
            "size": 11,
        },
        error_x={
            "arrayminus": [down for down, _, _ in bars],
            "array": [up for _, up, _ in bars],
            "symmetric": False,
            "thickness": 2,
            "width": 4,
        },
        customdata=[
            (label, ends, row["images"])
            for (_, row, label), (_, _, ends) in zip(places, bars, strict=True)
        ],
        hovertemplate=f"%{{customdata[0]}}<br>{t(dots.name)} %{{x:.1f}} %%{{customdata[1]}}<br>"
        + t("%{customdata[2]:,} images<extra></extra>"),
    )


def _bar(row: Mapping[str, Any], key: str) -> tuple[float | None, float | None, str]:
    """The interval of a metric: how far it goes down and up in percent, then in words."""
    interval = row.get(f"{key}_interval")
    if interval is None:
        return None, None, ""
    low, high = interval
    ends = f" ({number(100 * low, 1)}-{number(100 * high, 1)})"
    return percent(row[key] - low), percent(high - row[key]), ends


def _draw_level(figure: go.Figure, level: Level, *, up: int, dash: str) -> None:
    """Draw a reference line over all rows, named ``up`` pixels above them."""
    figure.add_vline(
        x=percent(level.share),
        line={"color": MARK, "dash": dash, "width": 2},
        layer="below",
        annotation={
            "text": f"{t(level.words)} {in_percent(level.share)}",
            "y": 1,
            "yanchor": "bottom",
            "yshift": up,
            "xanchor": "center",
            "font_size": 12,
        },
    )
