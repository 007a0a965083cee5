"""Reports as small tables of formatted text, free of Streamlit."""

from collections.abc import Mapping
from typing import Any

from covid_model.common import paper
from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.messages import Message
from dashboard.components.csv_export import Report, Rows
from dashboard.components.formatting import share, value
from dashboard.components.text import TITLES, percent
from dashboard.i18n.translate import t

PARTS = {
    "train": Message("train"),
    "validation": Message("validation"),
    "test": Message("test"),
}


def networks(reports: Mapping[str, Report]) -> Rows:
    """Return one row a network of a run, with the paper's accuracy beside its own."""
    rows = []
    for key, report in reports.items():
        theirs = paper.RESULTS[key]
        in_text = theirs.accuracy_in_text
        rows.append(
            {
                t("Network"): ARCHITECTURES[key],
                t("Test images"): str(report["images"]),
                t("Accuracy"): share(report, "accuracy"),
                t("Macro recall"): share(report, "macro_recall"),
                t("AUROC"): value(report, "auroc_macro"),
                t("Paper"): percent(theirs.accuracy)
                + (t(" (text: {accuracy})", accuracy=percent(in_text)) if in_text else ""),
            }
        )
    return rows


def beside(runs: Mapping[str, Mapping[str, Report]]) -> Rows:
    """Return a row for each run of each network that all the runs have.

    Args:
        runs: the title of a run -> its reports by architecture.
    """
    return [
        {
            t("Network"): network,
            t("Run"): title,
            t("Accuracy"): share(reports[key], "accuracy"),
            t("Macro recall"): share(reports[key], "macro_recall"),
        }
        for key, network in ARCHITECTURES.items()
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
            t("Source"): row["source"],
            t("Class"): t(TITLES[row["label"]]),
            t("Images"): str(row["images"]),
            t("Patients"): str(row["patients"]),
        }
        for row in data.get("counts", ())
    ]
