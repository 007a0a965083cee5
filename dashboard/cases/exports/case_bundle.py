"""Export of a case as a zip: PDF page, images, arrays and a manifest of their digests."""

from datetime import datetime
from typing import Any

import numpy as np

from covid_model.common.classes import CLASS_NAMES
from covid_model.runs import ModelInfo
from covid_model.serving import case_bundle
from covid_model.serving.classifier import Prediction
from dashboard.cases.exports.case import OPACITY, ExportedCase, versions
from dashboard.cases.exports.images import grey, png_files
from dashboard.cases.exports.pdf import case_pdf
from dashboard.cases.exports.text import CaseText


def build_case_bundle(exported: ExportedCase, texts: CaseText, *, created: datetime) -> bytes:
    """Return a zip that ``covid_model.serving.case_bundle.check.check`` finds whole."""
    members = {
        "report.pdf": case_pdf(exported, texts, created=created),
        **png_files(exported, texts),
    }
    radiograph = grey(exported)
    if radiograph is not None:
        members[case_bundle.ARRAYS] = case_bundle.pack_arrays(_arrays(exported, radiograph))
    return case_bundle.pack(members, _manifest(exported, created))


def _arrays(exported: ExportedCase, radiograph: np.ndarray) -> dict[str, np.ndarray]:
    """The radiograph as it was drawn, then what each network makes of it."""
    arrays = {case_bundle.RADIOGRAPH: radiograph}
    if exported.named_predictions:
        for prediction in exported.result.reported:
            arrays[case_bundle.probabilities_key(prediction.model)] = prediction.probabilities
    for prediction in exported.named_predictions:
        arrays[case_bundle.heatmaps_key(prediction.model)] = prediction.heatmaps
    occlusion = exported.without_lungs
    if occlusion is not None and occlusion.mask is not None:
        arrays[case_bundle.LUNGS] = occlusion.mask
    return arrays


def _manifest(exported: ExportedCase, created: datetime) -> dict[str, Any]:
    result, run = exported.result, exported.run
    radiograph = result.radiograph
    return {
        "created": created.isoformat(timespec="seconds"),
        "source": {
            "name": exported.name,
            "sha256": exported.sha256,
            "format": None if radiograph is None else radiograph.format,
            "sample": exported.sample,
        },
        "outcome": {"status": result.status, "reason": exported.unnamed(str(result.reason))},
        "run": {"name": run.name, "created": run.info.get("created")},
        **({"profile": exported.profile} if exported.profile else {}),
        "preprocessing": {
            "resize": "to the input's height and width, aspect ratio not kept; area averages where "
            "the picture shrinks, else linear",
            "range": [0, 1],
            "channels": "the same grey in each",
        },
        "classes": list(CLASS_NAMES),
        "networks": _networks(exported),
        "together": _together(exported),
        "maps": "Grad-CAM of each class in the order of classes, each scaled to its own maximum",
        "opacity": OPACITY,
        "overlays": [
            {
                "file": f"overlay-{prediction.model}.png",
                "model": prediction.model,
                "class": prediction.predicted,
            }
            for prediction in exported.named_predictions
        ],
        "without_lungs": _without_lungs(exported),
        "reading": dict(exported.reading),
        "versions": versions(),
    }


def _networks(exported: ExportedCase) -> list[dict[str, Any]]:
    """What each network is, with what it says where the file is not refused."""
    networks = []
    for prediction, info, weights in zip(
        exported.result.predictions, exported.model_infos, exported.weights, strict=True
    ):
        networks.append(
            {
                "model": prediction.model,
                "weights_sha256": dict(weights),
                "weights_format": info.weights_format,
                "weights_origin": info.backbone_origin,
                "input_shape": list(info.input_shape),
                "target_layer": info.target_layer,
                **({"preprocessing": dict(info.preprocessing)} if info.preprocessing else {}),
                **_answer(exported, prediction, info),
                "novelty": prediction.novelty,
                **({} if prediction.lateral is None else {"lateral": prediction.lateral}),
            }
        )
    return networks


def _together(exported: ExportedCase) -> dict[str, Any] | None:
    """What the networks say together, which decides; None where the run has no mean of them."""
    together = exported.result.together
    if together is None:
        return None
    info = exported.run.model_info(together.model)
    return {
        "model": together.model,
        "members": list(info.members),
        **_answer(exported, together, info),
    }


def _answer(exported: ExportedCase, prediction: Prediction, info: ModelInfo) -> dict[str, Any]:
    """How an answer is calibrated, then the answer itself where the file is not refused."""
    calibration: dict[str, Any] = {
        "temperature": info.temperature,
        "offsets": info.offsets,
        "thresholds": dict(info.thresholds),
        "measure": prediction.measure,
    }
    if prediction.profile:
        calibration |= {"profile": prediction.profile, "answers_from": prediction.threshold}
    if not exported.named_predictions:
        return calibration
    return calibration | {
        "probabilities": dict(zip(CLASS_NAMES, prediction.probabilities.tolist(), strict=True)),
        "predicted": prediction.predicted,
    }


def _without_lungs(exported: ExportedCase) -> dict[str, Any] | None:
    """What the first network says once the lungs are hidden, None where that is unknown."""
    occlusion = exported.without_lungs
    if occlusion is None or occlusion.hidden is None:
        return None
    return {
        "model": occlusion.prediction.model,
        "probabilities": dict(
            zip(CLASS_NAMES, occlusion.hidden.probabilities.tolist(), strict=True)
        ),
        "hardly_changes": occlusion.hardly_changes,
        "share_of_map_inside": dict(occlusion.inside),
        "share_of_image": occlusion.lungs,
    }
