"""What a user would notice of a network in int8: its answers and its maps beside the source's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from covid_model.evaluation.metrics import hits_by_class
from covid_model.inference.gradcam import Head, gradcam
from covid_model.inference.map_similarity import similarity
from covid_model.inference.network import Network
from covid_model.runs.schema import QuantizedFigures

LEAST_AGREEMENT = 0.99  # share of images whose most probable class is the source's
MOST_RECALL_LOST = 0.005  # macro recall
LEAST_MAP_CORRELATION = 0.98  # median over images, of the map of the class that the source says


@dataclass(frozen=True, eq=False)
class Answers:
    """What a network says of n images.

    Attributes:
        scores: float32 (n, 3), sum 1, not calibrated.
        heatmaps: of each image, float32 (3, h, w), range [0, 1].
    """

    scores: np.ndarray
    heatmaps: Sequence[np.ndarray]


def ask(network: Network, head: Head, images: Iterable[np.ndarray]) -> Answers:
    """Show a network some images.

    Args:
        network: the network.
        head: the weights behind its feature maps.
        images: each float32 (1, height, width, 3), range [0, 1]; one at least.
    """
    scores, heatmaps = [], []
    for image in images:
        said, maps = network.run(image)
        scores.append(said)
        heatmaps.append(gradcam(maps, head))
    return Answers(np.stack(scores), heatmaps)


def figures(source: Answers, answers: Answers, truth: np.ndarray, *, way: str) -> QuantizedFigures:
    """Compare a network with the one that it was made from.

    Args:
        source: the answers of the latter.
        answers: its own to the same images.
        truth: the images' classes, int (n,), for the macro recall alone.
        way: of ``ways.WAYS``, by name.
    """
    said, expected = (one.scores.argmax(axis=1) for one in (answers, source))
    pairs = zip(source.heatmaps, answers.heatmaps, expected, strict=True)
    alike = [similarity(theirs[name], own[name]) for theirs, own, name in pairs]
    return {
        "way": way,
        "agreement": _rounded((said == expected).mean()),
        "macro_recall": macro_recall(truth, said),
        "map_correlation": _rounded(np.median(np.nan_to_num(alike, nan=1.0))),  # both are flat
    }


def macro_recall(truth: np.ndarray, said: np.ndarray) -> float:
    """The mean recall of the classes that have images."""
    return _rounded(np.nanmean(hits_by_class(truth, said), axis=0).mean())


def accepted(found: QuantizedFigures, *, recall: float) -> bool:
    """Whether nobody would notice.

    Args:
        found: what ``figures`` returned.
        recall: the macro recall of the source on the same images.
    """
    return (
        found["agreement"] >= LEAST_AGREEMENT
        and found["macro_recall"] >= recall - MOST_RECALL_LOST
        and found["map_correlation"] >= LEAST_MAP_CORRELATION
    )


def _rounded(value: float) -> float:
    return round(float(value), 6)
