"""Faithfulness of Grad-CAM maps: deletion, insertion and share inside the lungs."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter
from tqdm import tqdm

from covid_model.common.rounding import mean, number
from covid_model.evaluation.bootstrap import PatientBootstrap
from covid_model.inference.occlusion import share_inside
from covid_model.training.audit.randomization import randomization_test
from covid_model.training.audit.subject import AuditedNetwork, AuditImages, Maps

FRACTIONS = tuple(round(0.1 * step, 1) for step in range(11))
BLUR = 0.05  # standard deviation of the blur as a share of the picture's side
KINDS = ("deletion", "insertion")
SEED = 0


def map_metrics(
    subject: AuditedNetwork, images: AuditImages, maps: Maps, served: Sequence[np.ndarray]
) -> dict[str, Any]:
    """Test the maps of the predicted classes.

    Args:
        subject: the network.
        images: n images.
        maps: what the network says of them.
        served: their feature maps, each float32 (h, w, c).

    Returns:
        The maps of ``audit.json`` with images, inside_lungs (None without masks or any heat),
        deletion, insertion, randomised.
    """
    bootstrap = PatientBootstrap(maps.patients.tolist())
    bar = tqdm(range(len(images)), f"{subject.title}: maps under test", unit="image")
    curves = np.array([_curves(subject, images, maps, row) for row in bar])
    return {
        "images": len(images),
        "inside_lungs": _inside_lungs(subject, images, maps, bootstrap),
        **{kind: _compared(curves[:, :, k], bootstrap) for k, kind in enumerate(KINDS)},
        "randomised": randomization_test(subject, images, maps, served),
    }


def _curves(subject: AuditedNetwork, images: AuditImages, maps: Maps, row: int) -> np.ndarray:
    """One image's curves by the map, then at random, float64 (2, 2, steps)."""
    image, heat = images.image(row, subject.size), maps.of_predicted[row]
    rng = np.random.default_rng((SEED, row))
    chance, ties = random_map(heat.shape, rng), random_map(heat.shape, rng)
    return deletion_insertion_curves(
        subject, image, (heat, chance), ties=ties, target=int(maps.predicted[row])
    )


def random_map(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """A smooth random field as coarse as a network's maps, float32 ``shape``."""
    return gaussian_filter(rng.normal(size=shape), 1).astype(np.float32)


def deletion_insertion_curves(
    subject: AuditedNetwork,
    image: np.ndarray,
    heatmaps: Sequence[np.ndarray],
    *,
    ties: np.ndarray,
    target: int,
) -> np.ndarray:
    """Follow a class's probability as pixels go, or come, in the order of a map.

    Deletion and insertion of RISE (Petsiuk et al. 2018, https://arxiv.org/abs/1806.07421), both
    between the picture and the same picture blurred: the better the map, the faster the
    probability falls as its hottest pixels are blurred, the faster it rises as they come back.

    Args:
        subject: the network.
        image: float32 (size, size, 3), range [0, 1], the input of the picture as it is.
        heatmaps: k of them, float32 (h, w), enlarged bilinearly.
        ties: float32 (h, w), which orders pixels that are equally hot, as all cold ones are.
        target: index of the class.

    Returns:
        float64 (k, 2, steps): the probability at each of ``FRACTIONS``, of deletion and insertion.
    """
    pixels = image[:, :, 0]
    blurred = cv2.GaussianBlur(pixels, (0, 0), BLUR * subject.size)

    def probability(picture: np.ndarray) -> float:
        return float(subject.look(picture, image)[0][target])

    whole, gone = probability(pixels), probability(blurred)
    curves = []
    for heat in heatmaps:
        order = _order(heat, ties, pixels.shape)
        attended = [order < fraction for fraction in FRACTIONS[1:-1]]
        going = [probability(np.where(hot, blurred, pixels)) for hot in attended]
        coming = [probability(np.where(hot, pixels, blurred)) for hot in attended]
        curves.append([[whole, *going, gone], [gone, *coming, whole]])
    return np.array(curves)


def _order(heat: np.ndarray, ties: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The share of pixels that are hotter than each, float64 ``shape``, range [0, 1)."""
    coldest_first = np.lexsort([cv2.resize(one, shape[::-1]).ravel() for one in (ties, heat)])
    order = np.empty(coldest_first.size)
    order[coldest_first[::-1]] = np.arange(order.size) / order.size
    return order.reshape(shape)


def _compared(curves: np.ndarray, bootstrap: PatientBootstrap) -> dict[str, Any]:
    """The mean of n curves (n, 2, steps), by the map and at random, with their areas.

    ``difference_interval`` is that of the map's area less the random one's, image by image: below
    0 speaks for the map in deletion, above 0 in insertion.
    """
    areas = np.trapezoid(curves, FRACTIONS, axis=-1)
    by_map, at_random = ([number(v) for v in curves[:, k].mean(axis=0)] for k in (0, 1))
    return {
        "fractions": list(FRACTIONS),
        "map": by_map,
        "random": at_random,
        "map_area": mean(areas[:, 0]),
        "random_area": mean(areas[:, 1]),
        "difference_interval": bootstrap.mean_interval(areas[:, 0] - areas[:, 1]),
    }


def _inside_lungs(
    subject: AuditedNetwork, images: AuditImages, maps: Maps, bootstrap: PatientBootstrap
) -> dict[str, Any] | None:
    """The share of the maps inside the lungs beside the lungs' share of the same images.

    A map without any heat does not count.
    """
    if images.masks is None:
        return None
    shares, lungs = np.full(len(images), np.nan), np.full(len(images), np.nan)
    for row, heat in enumerate(maps.of_predicted):
        mask = images.mask(row, subject.size)
        share = None if mask is None else share_inside(heat, mask)
        if mask is not None and share is not None:
            shares[row], lungs[row] = share, mask.mean()
    defined = ~np.isnan(shares)
    if not defined.any():
        return None
    return {
        "share": mean(shares[defined]),
        "share_interval": bootstrap.mean_interval(shares),
        "lungs": mean(lungs[defined]),
        "lungs_interval": bootstrap.mean_interval(lungs),
    }
