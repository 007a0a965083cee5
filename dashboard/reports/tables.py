"""Reports as small tables of formatted text, free of Streamlit."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from covid_model.common import paper
from covid_model.common.disclaimer import NOTICE
from covid_model.common.messages import Sentence
from covid_model.runs import ARCHITECTURES
from dashboard.components.formatting import NOTHING, TO, share, value
from dashboard.components.text import NO_BREAK, TITLES, percent, unplain
from dashboard.i18n.translate import t

Rows = list[dict[str, str]]
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")  # as OWASP lists them for CSV injection
Report = Mapping[str, Any]

PARTS = {
    "train": Sentence("train"),
    "validation": Sentence("validation"),
    "test": Sentence("test"),
}
OF_A_CLASS = {  # key in a report -> heading, format
    "sensitivity": (Sentence("Sensitivity"), share),
    "specificity": (Sentence("Specificity"), share),
    "ppv": (Sentence("PPV"), share),
    "npv": (Sentence("NPV"), share),
    "f1": (Sentence("F1"), share),
    "auroc": (Sentence("AUROC"), value),
    "average_precision": (Sentence("AP"), value),
}


def per_class(report: Report) -> Rows:
    """Return one row a class: its figures with their intervals; older reports have fewer."""
    return [
        {
            t("Class"): t(TITLES[row["class"]]),
            t("Images"): str(row["images"]),
            **{t(title): show(row, key) for key, (title, show) in OF_A_CLASS.items() if key in row},
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
    writer = csv.DictWriter(out, [*columns, "notice"])  # ends lines as RFC 4180 has it
    writer.writeheader()
    writer.writerows({**row, "notice": NOTICE} for row in rows)
    return out.getvalue()


def defused(words: str) -> str:
    """Put an apostrophe before words that a spreadsheet would run as a formula."""
    return f"'{words}" if words.startswith(FORMULA_STARTS) else words


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
