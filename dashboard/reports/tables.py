"""Tables of the overview as formatted text, free of Streamlit."""

from collections.abc import Mapping
from typing import Any

from covid_model.common import metrics, paper
from covid_model.common.architectures import ARCHITECTURES, TOGETHER, title_of
from covid_model.common.classes import TITLES
from covid_model.common.messages import Message
from covid_model.common.metrics import Place, shown_in
from covid_model.runs.report_schema import Report
from dashboard.components.csv_export import Rows
from dashboard.components.formatting import count, metric_cells
from dashboard.components.text import NOTHING, percent, plain
from dashboard.i18n.translate import t

PARTS = {
    "train": Message("train"),
    "validation": Message("validation"),
    "test": Message("test"),
}


def networks(reports: Mapping[str, Report]) -> Rows:
    """Return one row a network of a run, with the paper's accuracy beside its own."""
    return [
        {
            t("Network"): t(title_of(key)),
            t("Test images"): count(report["images"]),
            **metric_cells(report, shown_in(Place.NETWORKS, metrics.OVERALL), short=True),
            t("Paper"): _in_the_paper(key),
        }
        for key, report in reports.items()
    ]


def _in_the_paper(architecture: str) -> str:
    """The paper's accuracy of a network, a dash where the paper has no such network."""
    result = paper.RESULTS.get(architecture)
    if result is None:
        return NOTHING
    if not result.accuracy_in_text:
        return percent(result.accuracy)
    in_text = t(" (text: {accuracy})", accuracy=percent(result.accuracy_in_text))
    return percent(result.accuracy) + in_text


def beside(runs: Mapping[str, Mapping[str, Report]]) -> Rows:
    """Return a row for each run of each network that all the runs have.

    Args:
        runs: the title of a run -> its reports by architecture.
    """
    return [
        {
            t("Network"): t(title_of(key)),
            t("Run"): title,
            **metric_cells(reports[key], shown_in(Place.COMPANION, metrics.OVERALL)),
        }
        for key in (*ARCHITECTURES, TOGETHER)
        if all(key in reports for reports in runs.values())
        for title, reports in runs.items()
    ]


def protocol() -> Rows:
    """Return one row a part of the paper's protocol."""
    return [{t("Part"): t(part), t("Value"): t(value)} for part, value in paper.PROTOCOL.items()]


def counts(data: Mapping[str, Any]) -> Rows:
    """Return one row a part, source and class of the data that a run was made from."""
    return [
        {
            t("Part"): t(PARTS[row["part"]]),
            t("Source"): plain(row["source"]),
            t("Class"): t(TITLES[row["label"]]),
            t("Images"): count(row["images"]),
            t("Patients"): count(row["patients"] or None),
        }
        for row in data.get("counts", ())
    ]
