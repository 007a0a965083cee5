"""Plot of drift: a page of its own that needs nothing else."""

from collections.abc import Sequence
from pathlib import Path

from plotly import graph_objects as go
from plotly.subplots import make_subplots

from covid_model.common.architectures import title_of
from covid_model.common.disclaimer import NOTICE
from covid_model.evaluation.comparison.drift import Drift

COLOURS = {"the run's test part": "#94a3b8", "here": "#ea580c"}
ROW = 240  # pixels of a network's height


def write_plot(rows: Sequence[Drift], path: Path) -> None:
    """Write how many images lie in each tenth of the run's, a row a network, as an HTML page."""
    networks = list(dict.fromkeys(row.network for row in rows))
    quantities = list(dict.fromkeys(row.quantity for row in rows))
    known = {(row.network, row.quantity): row for row in rows}
    titles = [
        f"{title_of(network)}: {quantity}, PSI {known[network, quantity].index:.2f}"
        if (network, quantity) in known
        else ""
        for network in networks
        for quantity in quantities
    ]
    figure = make_subplots(len(networks), len(quantities), subplot_titles=titles)
    for drift in rows:
        place = {
            "row": networks.index(drift.network) + 1,
            "col": quantities.index(drift.quantity) + 1,
        }
        ends = [f"{edge:.2g}" for edge in drift.edges]
        bins = [f"up to {end}" for end in ends] + [f"above {ends[-1]}"]
        for shares, (name, colour) in zip(
            (drift.expected, drift.actual), COLOURS.items(), strict=True
        ):
            bars = go.Bar(
                x=bins,
                y=shares,
                name=name,
                marker_color=colour,
                showlegend=place == {"row": 1, "col": 1},
            )
            figure.add_trace(bars, **place)
    figure.update_layout(
        title=f"Drift. {NOTICE}", height=ROW * len(networks) + 120, template="plotly_white"
    )
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    figure.write_html(path, include_plotlyjs=True)
