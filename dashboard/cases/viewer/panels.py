"""Panels of the viewer: a picture each, with its alternative text and caption."""

from collections.abc import Mapping
from typing import Any

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.classes import CLASS_NAMES, TITLES
from covid_model.imaging.radiograph import Radiograph
from covid_model.serving.classifier import Prediction
from covid_model.serving.diagnosis import CaseResult
from dashboard.components import display, text
from dashboard.i18n.translate import t
from dashboard.session import results

RADIOGRAPH, MAP, OVERLAY = "radiograph", "map", "overlay"


def radiograph(result: CaseResult, *, titled: bool = False) -> dict[str, Any]:
    """Return the panel of the radiograph alone; ``titled`` where its column says what it is."""
    words = _plain(results.radiograph_of(result), *(() if titled else (t("Radiograph"),)))
    return {"kind": RADIOGRAPH, "film": 0, "plain": words}


def beside(radiograph: Radiograph) -> dict[str, Any]:
    """Return the panel of another film, the second of a scene."""
    return {"kind": RADIOGRAPH, "film": 1, "plain": _plain(radiograph, t("Radiograph"))}


def of_network(
    result: CaseResult, kind: str, index: int, *, notes: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the panel of a network's map.

    Args:
        result: not refused.
        kind: MAP for the map alone, OVERLAY for the radiograph under it.
        index: of the network among the predictions.
        notes: class name -> a sentence below its map.
    """
    prediction = result.predictions[index]
    return {
        "kind": kind,
        "film": 0,
        "network": index,
        "plain": _plain(results.radiograph_of(result), t("Radiograph")),
        "texts": {name: _text(prediction, name, kind, notes or {}) for name in CLASS_NAMES},
    }


def _plain(radiograph: Radiograph, *title: str) -> dict[str, Any]:
    """The words of the radiograph as it is, which any panel may show, after its title if any."""
    details = text.unplain(display.details_line(radiograph))
    return {
        "alt": t("The radiograph {name} as it was read", name=radiograph.name),
        "caption": [" · ".join(filter(None, [*title, details]))],
    }


def _text(prediction: Prediction, name: str, kind: str, notes: Mapping[str, str]) -> dict[str, Any]:
    """The words of a map; a note only where the radiograph is under it."""
    places = {"network": ARCHITECTURES[prediction.model], "title": TITLES[name]}
    if kind == MAP:
        alt = t("The Grad-CAM map of {network} for {title}", **places)
    else:
        alt = t("The radiograph under the Grad-CAM map of {network} for {title}", **places)
    lines = [t("{network}: area of attention for {title}", **places)]
    if not prediction.heatmap(name).any():
        lines.append(t("Nothing in this image speaks for {title}: the map is empty.", **places))
        alt = f"{alt}. {lines[-1]}"
    elif kind == OVERLAY and notes.get(name):
        lines.append(notes[name])
    return {"alt": alt, "caption": lines}
