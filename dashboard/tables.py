"""Reports as small tables of formatted text, free of Streamlit."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from covid_model import paper
from covid_model.notice import NOTICE
from covid_model.runs import ARCHITECTURES
from dashboard.figures import NOTHING, TO, share, value
from dashboard.text import NO_BREAK, TITLES, percent, unplain

Rows = list[dict[str, str]]
Report = Mapping[str, Any]

OF_A_CLASS = {  # key in a report -> heading, format
    "sensitivity": ("Sensitivity", share),
    "specificity": ("Specificity", share),
    "ppv": ("PPV", share),
    "npv": ("NPV", share),
    "f1": ("F1", share),
    "auroc": ("AUROC", value),
    "average_precision": ("AP", value),
}


def per_class(report: Report) -> Rows:
    """Return one row a class: its figures with their intervals; older reports have fewer."""
    return [
        {
            "Class": TITLES[row["class"]],
            "Images": str(row["images"]),
            **{title: show(row, key) for key, (title, show) in OF_A_CLASS.items() if key in row},
        }
        for row in report["per_class"]
    ]


def to_csv(rows: Rows) -> str:
    """Write a table's rows as CSV: as they are read on screen, with the notice in each.

    What is undefined stays empty.
    """
    cells = (
        {name: "" if cell == NOTHING else _breakable(cell) for name, cell in row.items()}
        for row in rows
    )
    return with_notice(rows[0], cells)


def with_notice(columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Write rows as CSV with the notice in a last column."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [*columns, "notice"], lineterminator="\n")
    writer.writeheader()
    writer.writerows({**row, "notice": NOTICE} for row in rows)
    return out.getvalue()


def _breakable(cell: str) -> str:
    return unplain(cell).replace(NO_BREAK, " ").replace(TO, "-")


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
                "Accuracy": share(report, "accuracy"),
                "Macro recall": share(report, "macro_recall"),
                "AUROC": value(report, "auroc_macro"),
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
            "Accuracy": share(reports[key], "accuracy"),
            "Macro recall": share(reports[key], "macro_recall"),
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
