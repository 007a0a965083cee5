"""Tables of an evaluation as formatted text, free of Streamlit."""

from collections.abc import Mapping, Sequence
from typing import Any

from covid_model.common.architectures import title_of
from covid_model.common.classes import TITLES
from dashboard.components.csv_export import Rows
from dashboard.components.formatting import FORMAT, count, number, points, share
from dashboard.components.text import NOTHING, percent, plain
from dashboard.i18n.translate import t
from dashboard.reports.hospital import findings, text

Row = Mapping[str, Any]


def beside(rows: Sequence[Row]) -> Rows:
    """Return one row a figure, here and of the run: of ``comparison.samples.differences``."""
    return [_compared(row, {"own": t("Here"), "other": t("There")}) for row in rows]


def change(rows: Sequence[Row]) -> Rows:
    """Return one row a figure, before and after an adjustment."""
    return [_compared(row, {"before": t("Before"), "after": t("After")}) for row in rows]


def _compared(row: Row, columns: Mapping[str, str]) -> dict[str, str]:
    unit, gap = findings.units(row["figure"])
    heading = t("Difference (points where in %)")
    return {
        t("Figure"): findings.title_of_figure(row["figure"]),
        **{title: FORMAT.with_interval(row, key, unit) for key, title in columns.items()},
        heading: FORMAT.with_interval(row, "difference", gap) or NOTHING,
    }


def at_prevalence(rows: Sequence[Row]) -> Rows:
    """Return one row a class: PPV and NPV at the mix that was asked for."""
    return [
        {
            t("Class"): t(TITLES[row["class"]]),
            t("Share"): percent(row["prevalence"]),
            t("PPV"): share(row, "ppv"),
            t("NPV"): share(row, "npv"),
        }
        for row in rows
    ]


def reader(content: Row) -> Rows:
    """Return one row a network beside the reader: the content of ``readings.json``."""
    return [
        {
            t("Network"): t(title_of(row["network"])),
            t("Accuracy"): share(row, "accuracy"),
            t("Reader less network, in points"): points(row, "accuracy_difference"),
            t("Only the reader right"): count(row["only_first"]),
            t("Only the network right"): count(row["only_second"]),
            t("McNemar's p"): number(row["p_value"]),
            t("Agree"): share(row, "agree"),
            t("Right where they agree"): share(row, "right_if_agreed"),
        }
        for row in content["networks"]
    ]


def mix(content: Mapping[str, Row]) -> Rows:
    """Return one row a class: its estimated share, and that of the images that judge."""
    return [
        {
            t("Class"): t(TITLES[name]),
            t("Estimated share"): share(row, "share"),
            t("By the truth of those that judge"): percent(row["of_judged"]),
        }
        for name, row in content.items()
    ]


def files(statuses: Mapping[str, int], refusals: Sequence[tuple[str, int]]) -> Rows:
    """Return one row a status of files, then one a reason of refusals."""
    rows = [(t(text.STATUSES[status]), n) for status, n in statuses.items()]
    rows += [(t("refused: {reason}", reason=plain(t(reason))), n) for reason, n in refusals]
    return [{t("Files"): name, t("Count"): count(n)} for name, n in rows]
