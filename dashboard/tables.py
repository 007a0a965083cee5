"""Reports as small tables of formatted text, free of Streamlit."""

from collections.abc import Mapping
from typing import Any

from covid_model import paper
from covid_model.classes import CLASS_NAMES
from covid_model.runs import ARCHITECTURES
from dashboard.text import TITLES, percent

Rows = list[dict[str, str]]
Report = Mapping[str, Any]


def per_class(report: Report) -> Rows:
    """Return one row a class: sensitivity, specificity, PPV, F1, AUROC."""
    return [
        {
            "Class": TITLES[row["class"]],
            "Images": str(row["images"]),
            "Sensitivity": percent(row["sensitivity"]),
            "Specificity": percent(row["specificity"]),
            "PPV": percent(row["ppv"]),
            "F1": percent(row["f1"]),
            "AUROC": number(row["auroc"]),
        }
        for row in report["per_class"]
    ]


def by_source(report: Report) -> Rows:
    """Return one row a source of images: accuracy with the recall of each class."""
    return [{"Source": row["source"], **_group(row)} for row in report.get("by_source") or ()]


def by_view(report: Report) -> Rows:
    """Return one row a view, such as PA: accuracy with the recall of each class."""
    return [
        {"View": row["view"] or "not on record", **_group(row)}
        for row in report.get("by_view") or ()
    ]


def _group(row: Mapping[str, Any]) -> dict[str, str]:
    return {
        "Images": str(row["images"]),
        "Accuracy": percent(row["accuracy"]),
        **{f"Recall {TITLES[n]}": percent(row["recall"].get(n)) for n in CLASS_NAMES},
    }


def networks(reports: Mapping[str, Report]) -> Rows:
    """Return one row a network of a run, with the paper's accuracy beside its own."""
    rows = []
    for key, report in reports.items():
        theirs = paper.RESULTS[key]
        in_text = theirs.accuracy_in_text
        rows.append(
            {
                "Network": ARCHITECTURES[key],
                "Test images": str(report["images"]),
                "Accuracy": percent(report["accuracy"]),
                "Macro recall": percent(report["macro_recall"]),
                "AUROC": number(report["auroc_macro"]),
                "Paper": percent(theirs.accuracy)
                + (f" (text: {percent(in_text)})" if in_text else ""),
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
            "Network": network,
            "Run": title,
            "Accuracy": percent(reports[key]["accuracy"]),
            "Macro recall": percent(reports[key]["macro_recall"]),
        }
        for key, network in ARCHITECTURES.items()
        if all(key in reports for reports in runs.values())
        for title, reports in runs.items()
    ]


def counts(data: Mapping[str, Any]) -> Rows:
    """Return one row a part, source and class of the data that a run was made from."""
    return [
        {
            "Part": row["part"],
            "Source": row["source"],
            "Class": TITLES[row["label"]],
            "Images": str(row["images"]),
            "Patients": str(row["patients"]),
        }
        for row in data.get("counts", ())
    ]


def number(value: float | None, digits: int = 3) -> str:
    """Format a figure without unit; a dash where it is undefined."""
    return "–" if value is None else f"{value:.{digits}f}"
