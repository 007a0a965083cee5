"""Tables of the section on groups left out of training, free of Streamlit."""

from collections.abc import Mapping, Sequence

from covid_model.common.architectures import title_of
from covid_model.common.classes import TITLES
from covid_model.runs.report_schema import (
    Answered,
    LeftOutClass,
    LeftOutFigures,
    LeftOutGroup,
    LeftOutReport,
)
from dashboard.components.csv_export import Rows
from dashboard.components.formatting import share, value
from dashboard.components.text import NOTHING
from dashboard.i18n.translate import t
from dashboard.reports.left_out import text as left_out_text


def networks(reports: Mapping[str, LeftOutReport]) -> Rows:
    """Return one row a network, the last for their mean: how it does on what it has not seen."""
    return [
        {t("Network"): t(title_of(name)), **_figures(report, report["cross_fitted"])}
        for name, report in reports.items()
    ]


def groups(rows: Sequence[LeftOutGroup], *, kind: str) -> Rows:
    """Return one row a group.

    Args:
        rows: of one kind.
        kind: which, a key of ``left_out_text.KINDS``.
    """
    return [
        {
            t(left_out_text.KINDS[kind]): left_out_text.group(row, kind=kind),
            t("Images (patients)"): t(
                "{images:,} ({patients:,})", images=row["images"], patients=row["patients"]
            ),
            **_figures(row, row),
        }
        for row in rows
    ]


def _figures(figures: LeftOutFigures, answers: Answered) -> dict[str, str]:
    rows = [(row["class"], row) for row in figures["per_class"]]
    return {
        **{t("AUROC {name}", name=TITLES[name]): value(row, "auroc") for name, row in rows},
        **{t("Recall {name}", name=TITLES[name]): _recall(row) for name, row in rows},
        t("Answered"): share(answers, "answered"),
        t("Right of these"): share(answers, "right"),
    }


def _recall(row: LeftOutClass) -> str:
    """Format the recall of one class, with how many images of it there are."""
    if row["recall"] is None:
        return NOTHING
    return t("{share} of {images:,}", share=share(row, "recall"), images=row["images"])
