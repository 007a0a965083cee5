"""What a report's figures rest on as small tables of formatted text, free of Streamlit."""

from collections.abc import Mapping, Sequence
from typing import Any

from covid_model.classes import CLASS_NAMES
from covid_model.runs import ARCHITECTURES
from dashboard import evidence_text
from dashboard.figures import number, points, share
from dashboard.prevalence import predictive_values
from dashboard.tables import Report, Rows
from dashboard.text import TITLES, percent, plain, steady

Row = Mapping[str, Any]


def predictive(report: Report, *, prevalence: float) -> Rows:
    """Return one row a class: what naming it, or not, is worth at a prevalence.

    Args:
        report: with "per_class".
        prevalence: of each class against the rest, in (0, 1).
    """
    rows = []
    for row in report["per_class"]:
        found = predictive_values(row, prevalence=prevalence)
        rows.append(
            {
                "Class": TITLES[row["class"]],
                "Share of the test images": percent(row["images"] / max(report["images"], 1)),
                "PPV": share(found, "ppv"),
                "NPV": share(found, "npv"),
                **_of_a_thousand(found),
            }
        )
    return rows


def _of_a_thousand(found: Row) -> dict[str, str]:
    named, ppv = found["named"], found["ppv"]
    return {
        "Named in 1,000 images": number(named and 1000 * named, 0),
        "Rightly so": number(ppv and 1000 * named * ppv, 0),
    }


def groups(rows: Sequence[Row], *, title: str) -> Rows:
    """Return one row a group: its size, its figures, whether it is too small.

    Args:
        rows: one of the report's "groups".
        title: what the groups are, the heading of their column.
    """
    return [
        {
            title: evidence_text.group(row) + (" *" if row["few"] else ""),
            "Images": str(row["images"]),
            "Patients": str(row["patients"]),
            "Accuracy": share(row, "accuracy"),
            "Macro recall": share(row, "macro_recall"),
            **{f"Recall {TITLES[name]}": recall(row, name) for name in CLASS_NAMES},
        }
        for row in rows
    ]


def recall(row: Row, name: str) -> str:
    """Format the recall of one class in a group, with how many images of it there are."""
    known = row["recall"].get(name)
    return number(None) if known is None else f"{percent(known)} of {row['counts'][name]}"


def pairs(comparison: Mapping[str, Any]) -> Rows:
    """Return one row a pair of networks: who is right where, whether chance explains it."""
    return [
        {
            "Networks": in_order(row),
            "Images": str(row["images"]),
            "Both right": str(row["both_right"]),
            "Only the first": str(row["only_first"]),
            "Only the second": str(row["only_second"]),
            "Neither": str(row["both_wrong"]),
            "Difference in points": points(row, "accuracy_difference"),
            "McNemar's p": evidence_text.p_value(row["p_value"]),
            "In words": steady(evidence_text.pair(row), 30),
        }
        for row in comparison.get("pairs", ())
    ]


def in_order(row: Row) -> str:
    """Name the two networks of a row, the first one first."""
    return ", ".join(ARCHITECTURES.get(name, plain(name)) for name in row["networks"])
