"""Reports or diagnoses as small tables of formatted text, free of Streamlit."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from covid_model import paper
from covid_model.classes import CLASS_NAMES
from covid_model.notice import NOTICE
from covid_model.runs import ARCHITECTURES
from covid_model.serving import batch
from covid_model.serving.diagnose import Diagnosis
from dashboard.text import STATUS, TITLES, percent, plain, short

Rows = list[dict[str, str]]
Report = Mapping[str, Any]


def outcomes(diagnoses: Iterable[Diagnosis]) -> Rows:
    """Return one row a file: name, status, predicted class, its score, the reason."""
    rows = []
    for item in diagnoses:
        best = item.predictions[0] if item.predictions else None
        rows.append(
            {
                "File": plain(short(item.name)),
                "Status": STATUS[item.status],
                "Predicted": TITLES[best.predicted] if best else "–",
                "Score": percent(best.score) if best else "–",
                "Reason": plain(item.reason) or "–",
            }
        )
    return rows


def scores(diagnosis: Diagnosis) -> Rows:
    """Return one row a network: its predicted class with the three scores."""
    return [
        {
            "Network": ARCHITECTURES[item.model],
            "Predicted": TITLES[item.predicted],
            **{
                title: percent(float(score))
                for title, score in zip(TITLES.values(), item.probabilities, strict=True)
            },
            "Time": f"{1000 * item.seconds:.0f} ms",
        }
        for item in diagnosis.predictions
    ]


def results_csv(diagnoses: Iterable[Diagnosis]) -> str:
    """Return the command line's table as CSV, with the notice in a last column."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [*batch.COLUMNS, "notice"], lineterminator="\n")
    writer.writeheader()
    for item in diagnoses:
        writer.writerows({**row, "notice": NOTICE} for row in batch.rows(item))
    return out.getvalue()


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
    return [
        {
            "Source": row["source"],
            "Images": str(row["images"]),
            "Accuracy": percent(row["accuracy"]),
            **{f"Recall {TITLES[n]}": percent(row["recall"].get(n)) for n in CLASS_NAMES},
        }
        for row in report.get("by_source", ())
    ]


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


def number(value: float | None) -> str:
    """Format a figure of [0, 1] with three digits; a dash where it is undefined."""
    return "–" if value is None else f"{value:.3f}"
