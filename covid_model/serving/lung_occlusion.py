"""Prediction with the lungs hidden, beside the one without."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from covid_model.common.classes import CLASS_NAMES, class_index
from covid_model.imaging.radiograph import Radiograph
from covid_model.inference.lung_segmentation import LungSegmenter, segmenter_available
from covid_model.inference.network_input import open_segmenter, view_of
from covid_model.inference.occlusion import hide_lungs, share_inside
from covid_model.serving.classifier import Classifier, Prediction

HARDLY = 0.1  # an answer whose probability falls by less hardly changes


@dataclass(frozen=True, eq=False)
class LungOcclusion:
    """One network's answer beside the one it gives without the lungs; the mask is read-only.

    Attributes:
        prediction: of the radiograph as it is.
        mask: bool (H, W), the size of the radiograph's pixels, true in the lungs; None where no
            lungs were found.
        hidden: prediction of the radiograph with its lungs hidden, None without mask.
        inside: class name -> share of its heatmap's sum that lies in the lungs, range [0, 1], None
            where the heatmap is empty; no class without mask.
    """

    prediction: Prediction
    mask: np.ndarray | None = None
    hidden: Prediction | None = None
    inside: Mapping[str, float | None] = field(default_factory=dict)

    @property
    def lungs(self) -> float | None:
        """Share of the image that the lungs cover, range [0, 1], None without mask."""
        return None if self.mask is None else float(self.mask.mean())

    @property
    def score(self) -> float | None:
        """Probability of the predicted class with the lungs hidden, None without mask."""
        if self.hidden is None:
            return None
        return float(self.hidden.probabilities[class_index(self.prediction.predicted)])

    @property
    def change(self) -> float | None:
        """By how much that probability rises once the lungs are hidden, range [-1, 1]."""
        return None if self.score is None else self.score - self.prediction.score

    @property
    def class_stays(self) -> bool | None:
        """True where the same class is predicted without the lungs, None without mask."""
        return None if self.hidden is None else self.hidden.predicted == self.prediction.predicted

    @property
    def hardly_changes(self) -> bool:
        """True where the class stays while its probability falls by less than ``HARDLY``."""
        return bool(self.class_stays) and self.change is not None and self.change > -HARDLY


def available_segmenter() -> LungSegmenter | None:
    """What finds the lungs, None where nothing can."""
    return open_segmenter() if segmenter_available() else None


def compare_occluded(
    radiograph: Radiograph,
    *,
    classifier: Classifier,
    segmenter: LungSegmenter,
    prediction: Prediction | None = None,
) -> LungOcclusion:
    """Hide the lungs of a radiograph, then ask a network again.

    Args:
        radiograph: what the network was asked about, or a smaller picture of it.
        classifier: the network.
        segmenter: what finds the lungs.
        prediction: what the network says of the radiograph as it is; asked for when None.
    """
    mask = segmenter.mask(radiograph.pixels)
    return occlude_lungs(radiograph, mask, classifier=classifier, prediction=prediction)


def occlude_lungs(
    radiograph: Radiograph,
    mask: np.ndarray | None,
    *,
    classifier: Classifier,
    prediction: Prediction | None = None,
) -> LungOcclusion:
    """Do what ``compare_occluded`` does where the lungs are segmented already.

    Args:
        radiograph: as there.
        mask: bool, the size of the radiograph's pixels; None where no lungs were found.
        classifier: as there.
        prediction: as there.
    """
    prediction = prediction or classifier.predict(radiograph)
    if mask is None:
        return LungOcclusion(prediction)
    mask = mask.view()
    mask.flags.writeable = False
    covered = replace(radiograph, pixels=hide_lungs(radiograph.pixels, mask))
    shown = classifier.prepare(covered, view=view_of(radiograph.pixels, classifier.preprocessing))
    return LungOcclusion(
        prediction,
        mask=mask,
        hidden=classifier.predict(covered, prepared=shown),
        inside={name: share_inside(prediction.heatmap(name), mask) for name in CLASS_NAMES},
    )
