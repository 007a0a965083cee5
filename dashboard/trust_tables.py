"""Reports as tables that say how far a network can be believed, free of Streamlit."""

from collections.abc import Mapping
from typing import Any

from covid_model.runs import ModelInfo
from dashboard.figures import number, share
from dashboard.tables import Report, Rows
from dashboard.text import TITLES, percent, plain


def thresholds(infos: Mapping[str, ModelInfo], reports: Mapping[str, Report]) -> Rows:
    """Return one row a network that was fitted: its thresholds with what they cost on the test."""
    return [
        _thresholds(infos[name], report)
        for name, report in reports.items()
        if report.get("calibration") or report.get("novelty")
    ]


def _thresholds(info: ModelInfo, report: Report) -> dict[str, str]:
    answers: Mapping[str, Any] = report.get("answers") or {}
    refused = (report.get("novelty") or {}).get("refused") or {}
    return {
        "Network": info.title,
        "Temperature": number(info.temperature, 2),
        "Threshold": percent(info.thresholds.get("probability")),
        "Novelty threshold": number(info.thresholds.get("novelty"), 2),
        "Answered": percent(answers.get("answered")),
        "Accuracy of the answered": percent(answers.get("accuracy")),
        "Refused": percent(refused.get("share")),
    }


def within_source(report: Report) -> Rows:
    """Return one row a source and pair of classes: balanced accuracy between the two alone."""
    return [
        {
            "Source": plain(row["source"]),
            "Classes": " or ".join(TITLES[name] for name in row["classes"]),
            "Images": str(row["images"]),
            "Balanced accuracy": share(row, "balanced_accuracy"),
        }
        for row in report.get("within_source") or ()
    ]
