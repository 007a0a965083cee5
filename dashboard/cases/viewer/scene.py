"""Scene of one viewer: the data that its part in the browser draws."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.classes import CLASS_NAMES, TITLES
from covid_model.imaging.radiograph import Radiograph
from covid_model.inference.map_similarity import hottest_overlap, similarity
from covid_model.serving.classifier import Prediction
from covid_model.serving.diagnosis import CaseResult
from dashboard.cases.viewer import encoding, panels
from dashboard.cases.viewer.text import viewer_text
from dashboard.components import text
from dashboard.i18n import translate
from dashboard.i18n.translate import t
from dashboard.session import results

PREDICTED = "predicted"  # the map of whichever class each network predicts


def alone(result: CaseResult) -> dict[str, Any]:
    """Return the radiograph without any map, as before an answer is shown."""
    return {
        "films": [encoding.film(results.radiograph_of(result))],
        "palette": encoding.colours(),
        "outline": None,
        "choices": [],
        "networks": [],
        "columns": [{"title": "", "panels": [panels.radiograph(result)]}],
        "pairs": None,
        "words": viewer_text(),
    }


def pair(
    result: CaseResult,
    *,
    mask: np.ndarray | None = None,
    notes: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the radiograph beside the map of the first network.

    Args:
        result: not refused.
        mask: bool, the size of the radiograph's pixels, outlined over the map; None for none.
        notes: class name -> a sentence to stand below its map.
    """
    both = (
        panels.radiograph(result),
        panels.of_network(result, panels.OVERLAY, 0, notes=notes),
    )
    return {
        **alone(result),
        **_maps(result.predictions[:1], t("Predicted class")),
        "columns": [{"title": "", "panels": [panel]} for panel in both],
        "outline": None if mask is None else encoding.outline(mask),
    }


def with_beside(scene: dict[str, Any], radiograph: Radiograph | None) -> dict[str, Any]:
    """Return a scene with another film beside its radiograph, in step; as it is where None."""
    if radiograph is None:
        return scene
    first, *others = scene["columns"]
    beside = {"title": text.said(radiograph.name), "panels": [panels.beside(radiograph)]}
    return {
        **scene,
        "films": [*scene["films"], encoding.film(radiograph)],
        "columns": [{**first, "title": t("This file")}, beside, *others],
    }


def side_by_side(result: CaseResult) -> dict[str, Any]:
    """Return the radiograph beside a column a network: map on radiograph, map; how alike these are.

    Args:
        result: not refused.
    """
    predictions = result.predictions
    networks = [
        {
            "title": ARCHITECTURES[prediction.model],
            "panels": [
                panels.of_network(result, panels.OVERLAY, index),
                panels.of_network(result, panels.MAP, index),
            ],
        }
        for index, prediction in enumerate(predictions)
    ]
    film = {"title": t("Radiograph"), "panels": [panels.radiograph(result, titled=True)]}
    return {
        **alone(result),
        **_maps(predictions, t("Each one's prediction")),
        "columns": [film, *networks],
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


def _alike(choice: str, *pair: Prediction) -> list[str]:
    own = choice == PREDICTED
    compared = [(prediction, prediction.predicted if own else choice) for prediction in pair]
    names = [
        ARCHITECTURES[prediction.model] + (f" ({t(TITLES[name])})" if own else "")
        for prediction, name in compared
    ]
    maps = [prediction.heatmap(name) for prediction, name in compared]
    cells = ["–", "–"]
    if all(each.any() for each in maps):
        cells = [translate.number(similarity(*maps)), text.percent(hottest_overlap(*maps), 0)]
    return [" – ".join(names), *cells]


def _maps(predictions: Sequence[Prediction], predicted: str) -> dict[str, Any]:
    """The networks' maps with the choices of class; ``predicted`` names the first choice."""
    titles = {PREDICTED: predicted, **{name: t(title) for name, title in TITLES.items()}}
    return {
        "choices": [{"key": key, "title": title} for key, title in titles.items()],
        "networks": [
            {
                "predicted": prediction.predicted,
                "maps": {name: encoding.heat(prediction.heatmap(name)) for name in CLASS_NAMES},
            }
            for prediction in predictions
        ],
    }
