"""Similarity of the maps of a run's networks."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np

from covid_model.common.rounding import mean
from covid_model.evaluation.bootstrap import PatientBootstrap
from covid_model.inference.map_similarity import similarity
from covid_model.inference.network_input import GRID, view_of
from covid_model.training.audit.subject import AuditImages, Maps


def map_agreement(networks: Mapping[str, Maps]) -> list[dict[str, Any]]:
    """Compare the maps of each pair of networks, for the class that most of all networks name.

    Where no class has more votes than the others, it is the one of these with the highest mean
    probability.

    Args:
        networks: name -> what it says of the same images.

    Returns:
        Rows of ``comparison.json``'s map_agreement with networks, images (those on which at least
        one of the two maps shows something), similarity (the mean over them), its interval.
    """
    if len(networks) < 2:
        return []
    probabilities = np.stack([maps.probabilities for maps in networks.values()])
    votes = np.eye(probabilities.shape[-1])[probabilities.argmax(axis=-1)].sum(axis=0)
    chosen = (votes + probabilities.mean(axis=0) / 2).argmax(axis=1)
    bootstrap = PatientBootstrap(next(iter(networks.values())).patients.tolist())
    rows = []
    for pair in combinations(networks, 2):
        first, second = (networks[name].heatmaps for name in pair)
        values = np.array(
            [similarity(first[row, c], second[row, c]) for row, c in enumerate(chosen)]
        )
        defined = ~np.isnan(values)
        rows.append(
            {
                "networks": list(pair),
                "images": int(defined.sum()),
                "similarity": mean(values[defined]),
                "similarity_interval": bootstrap.mean_interval(values),
            }
        )
    return rows


def on_whole_pictures(maps: Maps, images: AuditImages, rows: np.ndarray) -> Maps:
    """Put the maps of parts of pictures where they belong, for networks that see other parts.

    Args:
        maps: what a network says of n images.
        images: what the network was shown.
        rows: int (n,), which of them the maps are of.

    Returns:
        The same with heatmaps float32 (n, 3, GRID, GRID), 0 outside the part that was shown.
    """

    def placed(row: int, heatmaps: np.ndarray) -> np.ndarray:
        box = view_of(images.data.radiograph(row).pixels, images.data.preprocessing).box
        return np.stack([box.placed(heat, height=GRID, width=GRID) for heat in heatmaps])

    pairs = zip(rows.tolist(), maps.heatmaps, strict=True)
    return replace(maps, heatmaps=np.stack([placed(row, each) for row, each in pairs]))
