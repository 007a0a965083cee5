"""An audit as small tables of formatted text, free of Streamlit."""

from collections.abc import Mapping
from typing import Any

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.classes import CLASS_NAMES
from covid_model.common.messages import in_words
from dashboard.components.csv_export import Rows
from dashboard.components.formatting import NOTHING, number, share, value
from dashboard.components.text import TITLES, plain
from dashboard.i18n.translate import t
from dashboard.reports.shortcuts import map_text as shortcuts_map_text
from dashboard.reports.shortcuts import text as shortcuts_text


def conditions(audit: Mapping[str, Any]) -> Rows:
    """Return one row a condition: accuracy, macro recall, the share of classes that stayed."""
    return [
        {
            t("Shown"): t(shortcuts_text.CONDITIONS[row["condition"]]),
            t("Images"): str(row["images"]),
            t("Accuracy"): share(row, "accuracy"),
            t("Macro recall"): share(row, "macro_recall"),
            t("Unchanged"): NOTHING if row["condition"] == "untouched" else share(row, "unchanged"),
        }
        for row in audit["conditions"]
    ]


def label_by_source(audit: Mapping[str, Any]) -> Rows:
    """Return one row a source: its training images of each class."""
    return [
        {
            t("Source"): plain(row["source"]),
            **{t(TITLES[name]): number(row[name], 0) for name in CLASS_NAMES},
        }
        for row in audit["label_by_source"]["rows"]
    ]


def randomised(maps: Mapping[str, Any]) -> Rows:
    """Return one row a part of the network that was drawn anew: how alike the maps stay."""
    return [
        {
            t("Drawn anew"): t(shortcuts_map_text.RANDOMISED_PARTS[row["what"]]),
            **_similarity(row),
        }
        for row in maps["randomised"]
    ]


def agreement(comparison: Mapping[str, Any]) -> Rows:
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
        t("Images"): str(row.get("images", "–")),
        t("Similarity of the maps"): value(row, "similarity", digits=2),
    }
