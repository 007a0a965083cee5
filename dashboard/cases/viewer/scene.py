"""What one viewer shows, as the data that it gets in the browser."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.classes import CLASS_NAMES, TITLES
from covid_model.inference.map_similarity import hottest_overlap, similarity
from covid_model.serving.classifier import Prediction
from covid_model.serving.diagnosis import CaseResult
from dashboard.cases.viewer import encoding, panels
from dashboard.cases.viewer.text import words
from dashboard.components import text
from dashboard.i18n import translate
from dashboard.i18n.translate import t

PREDICTED = "predicted"  # the map of whichever class each network predicts


def alone(diagnosis: CaseResult) -> dict[str, Any]:
    """Return the radiograph without any map, as before an answer is shown."""
    return {
        "picture": encoding.picture(diagnosis.radiograph.pixels),
        "palette": encoding.colours(),
        "outline": None,
        "choices": [],
        "networks": [],
        "columns": [{"title": "", "panels": [panels.radiograph(diagnosis)]}],
        "pairs": None,
        "words": words(),
    }


def pair(
    diagnosis: CaseResult,
    *,
    mask: np.ndarray | None = None,
    notes: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the radiograph beside the map of the first network.

    Args:
        diagnosis: not refused.
        mask: bool, the size of the radiograph's pixels, outlined over the map; None for none.
        notes: class name -> a sentence to stand below its map.
    """
    shown = (
        panels.radiograph(diagnosis),
        panels.of_network(diagnosis, panels.OVERLAY, 0, notes=notes),
    )
    return {
        **alone(diagnosis),
        **_maps(diagnosis.predictions[:1], t("Predicted class")),
        "columns": [{"title": "", "panels": [panel]} for panel in shown],
        "outline": None if mask is None else encoding.outline(mask),
    }


def side_by_side(diagnosis: CaseResult) -> dict[str, Any]:
    """Return a column a network: radiograph, map, both; with how alike the maps are.

    Args:
        diagnosis: not refused.
    """
    predictions = diagnosis.predictions
    columns = [
        {
            "title": ARCHITECTURES[one.model],
            "panels": [
                panels.radiograph(diagnosis),
                panels.of_network(diagnosis, panels.MAP, index),
                panels.of_network(diagnosis, panels.OVERLAY, index),
            ],
        }
        for index, one in enumerate(predictions)
    ]
    return {
        **alone(diagnosis),
        **_maps(predictions, t("Each one's prediction")),
        "columns": columns,
        "pairs": pairs(predictions) if len(predictions) > 1 else None,
    }


def pairs(predictions: Sequence[Prediction]) -> dict[str, list[list[str]]]:
    """Compare the maps of each two networks for each choice of class.

    Returns:
        Choice -> rows of the two names, rank correlation, overlap of the hottest fifth.
    """
    return {
        choice: [_alike(choice, *two) for two in combinations(predictions, 2)]
        for choice in (PREDICTED, *CLASS_NAMES)
    }


def _alike(choice: str, *two: Prediction) -> list[str]:
    own = choice == PREDICTED
    shown = [(one, one.predicted if own else choice) for one in two]
    names = [
        ARCHITECTURES[one.model] + (f" ({t(TITLES[name])})" if own else "") for one, name in shown
    ]
    maps = [one.heatmap(name) for one, name in shown]
    figures = ["–", "–"]
    if all(each.any() for each in maps):
        figures = [translate.number(similarity(*maps)), text.percent(hottest_overlap(*maps), 0)]
    return [" – ".join(names), *figures]


def _maps(predictions: Sequence[Prediction], predicted: str) -> dict[str, Any]:
    """The networks' maps with the choices of class; ``predicted`` names the first choice."""
    titles = {PREDICTED: predicted, **{name: t(title) for name, title in TITLES.items()}}
    return {
        "choices": [{"key": key, "title": title} for key, title in titles.items()],
        "networks": [
            {
                "predicted": one.predicted,
                "maps": {name: encoding.heat(one.heatmap(name)) for name in CLASS_NAMES},
            }
            for one in predictions
        ],
    }
