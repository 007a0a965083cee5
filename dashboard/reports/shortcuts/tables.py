"""Tables of a shortcut audit as formatted text, free of Streamlit."""

from collections.abc import Mapping
from typing import Any

from covid_model.common import metrics
from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.audit_checks import CONDITIONS, RANDOMISED
from covid_model.common.classes import CLASS_NAMES, TITLES
from covid_model.common.messages import in_words
from covid_model.common.metrics import Place, shown_in
from covid_model.runs.audit_schema import Audit, ConditionRow, MapMetrics
from covid_model.runs.report_schema import Comparison
from dashboard.components.csv_export import Rows
from dashboard.components.formatting import count, metric_cells, number, value
from dashboard.components.text import NOTHING, plain
from dashboard.i18n.translate import t


def conditions(audit: Audit) -> Rows:
    """Return one row a condition: accuracy, macro recall, the share of classes that stayed."""
    return [
        {
            t("Shown"): t(CONDITIONS[row["condition"]].title),
            t("Images"): count(row["images"]),
            **metric_cells(row, shown_in(Place.CONDITIONS, metrics.OVERALL)),
            **_beside_untouched(row),
        }
        for row in audit["conditions"]
    ]


def _beside_untouched(row: ConditionRow) -> dict[str, str]:
    """A condition's metrics that compare it with the untouched images, which have none."""
    cells = metric_cells(row, shown_in(Place.CONDITIONS, metrics.PER_CONDITION))
    return dict.fromkeys(cells, NOTHING) if row["condition"] == "untouched" else cells


def label_by_source(audit: Audit) -> Rows:
    """Return one row a source: its training images of each class."""
    return [
        {
            t("Source"): plain(row["source"]),
            **{t(TITLES[name]): number(row[name], 0) for name in CLASS_NAMES},
        }
        for row in audit["label_by_source"]["rows"]
    ]


def randomised(maps: MapMetrics) -> Rows:
    """Return one row a part of the network that was randomised: how alike the maps stay."""
    return [
        {
            t("Drawn anew"): t(RANDOMISED[row["what"]].title),
            **_similarity(row),
        }
        for row in maps["randomised"]
    ]


def agreement(comparison: Comparison) -> Rows:
    """Return one row a pair of networks: how alike their maps are."""
    return [
        {
            t("Networks"): t(in_words([ARCHITECTURES[name] for name in row["networks"]])),
            **_similarity(row),
        }
        for row in comparison.get("map_agreement") or ()
    ]


def _similarity(row: Mapping[str, Any]) -> dict[str, str]:
    return {
        t("Images"): count(row.get("images")),
        t("Similarity of the maps"): value(row, "similarity", digits=2),
    }
