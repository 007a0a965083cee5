"""Tables of the reliability section as formatted text, free of Streamlit."""

from collections.abc import Mapping, Sequence

from covid_model.common import metrics
from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.classes import TITLES
from covid_model.common.metrics import Place, shown_in
from covid_model.runs import ModelInfo
from covid_model.runs.report_schema import LateralShare, Report, WorstSource
from dashboard.components.csv_export import Rows
from dashboard.components.formatting import count, metric_cells, number, share
from dashboard.components.text import percent, plain
from dashboard.i18n.translate import t


def thresholds(infos: Mapping[str, ModelInfo], reports: Mapping[str, Report]) -> Rows:
    """Return one row a network that was fitted: its thresholds with what they cost on the test."""
    return [
        _thresholds(infos[name], report)
        for name, report in reports.items()
        if report.get("calibration") or report.get("novelty")
    ]


def _thresholds(info: ModelInfo, report: Report) -> dict[str, str]:
    answers, novelty = report.get("answers"), report.get("novelty")
    return {
        t("Network"): t(info.title),
        t("Temperature"): number(info.temperature, 2),
        t("Threshold"): percent(info.thresholds.get("probability")),
        t("Novelty threshold"): number(info.thresholds.get("novelty"), 2),
        t("Answered"): percent(answers["answered"] if answers else None),
        t("Accuracy of the answered"): percent(answers["accuracy"] if answers else None),
        t("Refused"): percent(novelty["refused"]["share"] if novelty else None),
    }


def laterals(reports: Mapping[str, Report]) -> Rows:
    """Return one row a network with a head for lateral views: what it finds, what it costs."""
    return [
        {
            t("Network"): ARCHITECTURES.get(name, name),
            t("Lateral views found"): _called(lateral["found"]),
            t("Frontal images refused"): _called(lateral["frontal_refused"]),
            t("Worst source"): _worst(lateral["worst_source"]),
        }
        for name, report in reports.items()
        if (lateral := report.get("lateral"))
    ]


def _called(row: LateralShare) -> str:
    return t(
        "{called:,} of {images:,}, {share}",
        called=row["called"],
        images=row["images"],
        share=share(row, "share"),
    )


def _worst(row: WorstSource | None) -> str:
    if row is None:
        return number(None)
    return f"{plain(row['source'])} {percent(row['share'])}"


def within_source(report: Report) -> Rows:
    """Return one row a source and pair of classes: how the two alone are told apart."""
    return [
        {
            t("Source"): plain(row["source"]),
            t("Classes"): _either(row["classes"]),
            t("Images"): count(row["images"]),
            **metric_cells(row, shown_in(Place.WITHIN_SOURCE, metrics.WITHIN_SOURCE)),
        }
        for row in report.get("within_source") or ()
    ]


def _either(names: Sequence[str]) -> str:
    first, second = (TITLES[name] for name in names)
    return t("{first} or {second}", first=first, second=second)
