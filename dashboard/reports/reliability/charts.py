"""Plotly charts of the reliability section: calibration and coverage."""

import plotly.graph_objects as go

from covid_model.common.messages import Message
from covid_model.runs.report_schema import AnswersReport, CalibrationReport
from dashboard.components.charts.plotly_base import (
    MARK,
    TRAIN,
    VALIDATION,
    base_figure,
    legend,
    percent,
)
from dashboard.components.text import percent as in_percent
from dashboard.i18n.translate import t

HEIGHT = 360
NAMES = {"before": Message("before, ECE {ece}"), "after": Message("after, ECE {ece}")}
HOVER = {
    "before": Message(
        "before calibration, %{customdata[1]:.0f} to %{customdata[2]:.0f} %<br>"
        "promised %{x:.1f} %, right %{y:.1f} %<br>%{customdata[0]:,} images<extra></extra>"
    ),
    "after": Message(
        "after calibration, %{customdata[1]:.0f} to %{customdata[2]:.0f} %<br>"
        "promised %{x:.1f} %, right %{y:.1f} %<br>%{customdata[0]:,} images<extra></extra>"
    ),
}
ANSWERED = Message("%{x:.1f} % of the images answered<br>%{y:.1f} % of the answers right")


def reliability_chart(calibration: CalibrationReport) -> go.Figure:
    """Draw the share of right answers over the probability, before and after calibration.

    Points on the diagonal keep what they promise (Guo et al. 2017). A larger point stands for more
    images; empty bins are left out.

    Args:
        calibration: the report's "calibration", with bins of the highest probability.
    """
    figure = base_figure(title=t("Reliability: promised and kept, by bin (%)"), height=HEIGHT)
    figure.add_scatter(
        x=[0, 100],
        y=[0, 100],
        mode="lines",
        line={"color": MARK, "dash": "dot", "width": 1.5},
        hoverinfo="skip",
        showlegend=False,
    )
    before, after = calibration["bins_before"], calibration["bins_after"]
    most = max(row["images"] for row in (*before, *after))
    for key, bins, ece, (colour, dash, symbol) in (
        ("before", before, calibration["ece_before"], (VALIDATION, "dash", "diamond")),
        ("after", after, calibration["ece_after"], (TRAIN, "solid", "circle")),
    ):
        rows = [row for row in bins if row["images"]]
        figure.add_scatter(
            x=[percent(row["mean_probability"]) for row in rows],
            y=[percent(row["share_right"]) for row in rows],
            name=t(NAMES[key], ece=in_percent(ece)),
            mode="lines+markers",
            line={"color": colour, "dash": dash, "width": 2},
            marker={
                "symbol": symbol,
                "size": [6 + 12 * (row["images"] / most) ** 0.5 for row in rows],
                "opacity": 0.85,
            },
            customdata=[(row["images"], 100 * row["low"], 100 * row["high"]) for row in rows],
            hovertemplate=t(HOVER[key]),
        )
    figure.update_layout(legend=legend(), margin_t=68)
    figure.update_xaxes(title=t("Highest probability, mean of the bin (%)"), range=[28, 103])
    figure.update_yaxes(title=t("Right answers (%)"), range=[0, 106], nticks=6)
    return figure


def answers_chart(answers: AnswersReport) -> go.Figure:
    """Draw the accuracy of the answers over the share of images answered, by threshold.

    Args:
        answers: the report's "answers", with the curve by threshold.
    """
    rows = [row for row in answers["curve"] if row["accuracy"] is not None]
    accuracies = [100 * row["accuracy"] for row in rows if row["accuracy"] is not None]
    figure = base_figure(title=t("Fewer answers, more of them right (%)"), height=HEIGHT)
    figure.add_scatter(
        x=[percent(row["answered"]) for row in rows],
        y=accuracies,
        name=t("by threshold"),
        mode="lines" if len(rows) > 1 else "markers",
        line={"color": TRAIN, "width": 2},
        customdata=[percent(row["threshold"]) for row in rows],
        hovertemplate=t("threshold %{customdata:.1f} %") + f"<br>{t(ANSWERED)}<extra></extra>",
    )
    if answers["accuracy"] is not None:
        threshold = t("the threshold, {threshold}", threshold=in_percent(answers["threshold"]))
        figure.add_scatter(
            x=[percent(answers["answered"])],
            y=[percent(answers["accuracy"])],
            name=threshold,
            mode="markers",
            marker={"color": VALIDATION, "symbol": "diamond", "size": 13},
            hovertemplate=f"{threshold}<br>{t(ANSWERED)}<extra></extra>",
        )
    wanted = 100 * answers["wanted_accuracy"]
    figure.add_hline(
        y=wanted,
        line={"color": MARK, "dash": "dot", "width": 1.5},
        annotation={
            "text": t("wanted {accuracy}", accuracy=in_percent(answers["wanted_accuracy"])),
            "x": 1,  # where more is answered the curve lies lower
            "xanchor": "right",
            "yanchor": "bottom",
            "font_size": 12,
        },
    )
    lowest = min([wanted, *accuracies])
    figure.update_layout(legend=legend(), margin_t=68)
    figure.update_xaxes(title=t("Images answered (%)"), range=[0, 103])
    figure.update_yaxes(title=t("Right answers (%)"), range=[max(0, lowest - 5), 101.5], nticks=6)
    return figure
