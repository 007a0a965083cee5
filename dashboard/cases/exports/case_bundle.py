"""One case as a bundle: page, pictures, arrays, then the manifest that binds them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np

from covid_model.common.classes import CLASS_NAMES
from covid_model.serving import case_bundle
from dashboard.cases.exports.case import OPACITY, Content, versions
from dashboard.cases.exports.images import grey, png_files
from dashboard.cases.exports.pdf import case_pdf
from dashboard.cases.exports.text import Words


def build_case_bundle(content: Content, words: Words, *, created: datetime) -> bytes:
    """Return a zip that ``covid_model.serving.case_bundle_check.check`` finds whole."""
    members = {
        "report.pdf": case_pdf(content, words, created=created),
        **png_files(content, words),
    }
    if content.diagnosis.radiograph is not None:
        members[case_bundle.ARRAYS] = case_bundle.pack_arrays(_arrays(content))
    return case_bundle.pack(members, _manifest(content, created))


def _arrays(content: Content) -> dict[str, np.ndarray]:
    """The radiograph as it was drawn, then what each network makes of it."""
    arrays = {case_bundle.RADIOGRAPH: grey(content)}
    for one in content.shown:
        arrays[case_bundle.probabilities_key(one.model)] = one.probabilities
        arrays[case_bundle.heatmaps_key(one.model)] = one.heatmaps
    if content.without_lungs is not None:
        arrays[case_bundle.LUNGS] = content.without_lungs.mask
    return arrays


def _manifest(content: Content, created: datetime) -> dict[str, Any]:
    diagnosis, run = content.diagnosis, content.run
    radiograph = diagnosis.radiograph
    return {
        "created": created.isoformat(timespec="seconds"),
        "source": {
            "name": diagnosis.name,
            "sha256": content.sha256,
            "format": None if radiograph is None else radiograph.format,
            "sample": content.sample,
        },
        "outcome": {"status": diagnosis.status, "reason": str(diagnosis.reason)},
        "run": {"name": run.name, "created": run.info.get("created")},
        "preprocessing": {
            "resize": "to the input's height and width, aspect ratio not kept; area averages where "
            "the picture shrinks, else linear",
            "range": [0, 1],
            "channels": "the same grey in each",
        },
        "classes": list(CLASS_NAMES),
        "networks": _networks(content),
        "maps": "Grad-CAM of each class in the order of classes, each scaled to its own maximum",
        "opacity": OPACITY,
        "overlays": [
            {"file": f"overlay-{one.model}.png", "model": one.model, "class": one.predicted}
            for one in content.shown
        ],
        "without_lungs": _without_lungs(content),
        "reading": dict(content.reading),
        "versions": versions(),
    }


def _networks(content: Content) -> list[dict[str, Any]]:
    """What each network is, with what it says where the file is not refused."""
    found = []
    for one, info, weights in zip(
        content.diagnosis.predictions, content.infos, content.weights, strict=True
    ):
        said: Mapping[str, Any] = {
            "probabilities": dict(zip(CLASS_NAMES, one.probabilities.tolist(), strict=True)),
            "predicted": one.predicted,
        }
        found.append(
            {
                "model": one.model,
                "weights_sha256": dict(weights),
                "weights_format": info.weights_format,
                "weights_origin": info.backbone_origin,
                "input_shape": list(info.input_shape),
                "target_layer": info.target_layer,
                "temperature": info.temperature,
                "offsets": info.offsets,
                "thresholds": dict(info.thresholds),
                "measure": one.measure,
                "novelty": one.novelty,
                **(said if content.shown else {}),
            }
        )
    return found


def _without_lungs(content: Content) -> dict[str, Any] | None:
    """What the first network says once the lungs are hidden, None where that is unknown."""
    found = content.without_lungs
    if found is None:
        return None
    return {
        "model": found.prediction.model,
        "probabilities": dict(zip(CLASS_NAMES, found.hidden.probabilities.tolist(), strict=True)),
        "hardly_changes": found.hardly_changes,
        "share_of_map_inside": dict(found.inside),
        "share_of_image": found.lungs,
    }
