"""Plotly charts of a shortcut audit, free of Streamlit."""

import plotly.graph_objects as go

from covid_model.common.audit_checks import CONDITIONS
from covid_model.common.messages import Message
from covid_model.runs.audit_schema import Audit, InsideLungs, MapCurve, SourceProbe
from dashboard.components.charts.dot_chart import Dots, Level, dot_chart
from dashboard.components.charts.plotly_base import MARK, TRAIN, base_figure, legend, percent
from dashboard.i18n.translate import t
from dashboard.reports.performance.charts import ACCURACY, RECALL

HEIGHT = 340
CHANCE = Message("chance")
PROBE = Dots("balanced_accuracy", Message("balanced accuracy"), TRAIN, "circle")
SHARE = Dots("share", Message("share"), TRAIN, "circle")
CURVES = {  # title, axis, what is done where one hovers
    "deletion": (
        Message("Deletion: probability of the named class (%)"),
        Message("Of the picture blurred (%)"),
        Message("%{x:.0f} % blurred<br>probability %{y:.1f} %<extra></extra>"),
    ),
    "insertion": (
        Message("Insertion: probability of the named class (%)"),
        Message("Of the picture made sharp (%)"),
        Message("%{x:.0f} % made sharp<br>probability %{y:.1f} %<extra></extra>"),
    ),
}


def conditions_chart(audit: Audit) -> go.Figure:
    """Draw accuracy with macro recall under each condition, beside what guessing reaches."""
    rows = audit["conditions"]
    return dot_chart(
        rows,
        [t(CONDITIONS[row["condition"]].title) for row in rows],
        (ACCURACY, RECALL),
        title=t("What is left with parts hidden (%)"),
        levels=(
            Level(audit["chance"], CHANCE),
            Level(audit["majority"], Message("largest class")),
        ),
    )


def probe_chart(probe: SourceProbe) -> go.Figure:
    """Draw how well the source can be read off the network, beside chance."""
    return dot_chart(
        [probe],
        [t("Source")],
        [PROBE],
        title=t("The source, read off the network (%)"),
        levels=[Level(probe["chance"], CHANCE)],
    )


def inside_chart(images: int, inside: InsideLungs) -> go.Figure:
    """Draw the share of the maps inside the lungs beside the lungs' share of the picture."""
    rows = [
        {"share": share, "share_interval": interval, "images": images}
        for share, interval in (
            (inside["share"], inside.get("share_interval")),
            (inside["lungs"], inside.get("lungs_interval")),
        )
    ]
    labels = [t("Map inside lungs"), t("Lungs in picture")]
    return dot_chart(rows, labels, [SHARE], title=t("Maps inside the lungs (%)"))


def curves_chart(curve: MapCurve, *, kind: str) -> go.Figure:
    """Draw the probability of the named class as parts go or come, by map or at random.

    Args:
        curve: the audit's "deletion" or "insertion".
        kind: which of the two.
    """
    title, axis, hover = (t(words) for words in CURVES[kind])
    figure = base_figure(title=title, height=HEIGHT)
    for shares, words, colour, dash in (
        (curve["map"], t("hottest first"), TRAIN, "solid"),
        (curve["random"], t("random order"), MARK, "dash"),
    ):
        figure.add_scatter(
            x=[percent(share) for share in curve["fractions"]],
            y=[percent(share) for share in shares],
            name=words,
            mode="lines+markers",
            line={"color": colour, "dash": dash, "width": 2},
            hovertemplate=f"{words}<br>{hover}",
        )
    figure.update_layout(legend=legend(), margin_t=68)
    figure.update_xaxes(title=axis, range=[-2, 102])
    figure.update_yaxes(title=t("Probability, mean (%)"), range=[0, 104], nticks=6)
    return figure
