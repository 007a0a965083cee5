"""Outputs of an exported network for each image of a data set."""

import hashlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from covid_model import imaging, inference
from covid_model.common.classes import CLASS_NAMES
from covid_model.common.system.cache import write_whole
from covid_model.data.dataset import Dataset
from covid_model.imaging.preprocessing import LUNGS, Preprocessing
from covid_model.inference.lung_segmentation import DEFAULT_FOLDER, MODEL_FILE
from covid_model.inference.network import Network
from covid_model.inference.novelty import features as maps_features
from covid_model.runs import sha256_of

# Whatever lies between a file's bytes and an output: readers, preprocessing, network, novelty.
CODE = (Path(imaging.__file__).parent, Path(inference.__file__).parent)


@dataclass(frozen=True)
class ServedOutputs:
    """One part of the data with what a network says of it.

    Attributes:
        frame: rows of a ``Dataset``, n of them.
        scores: float32 (n, 3), sum 1, not calibrated.
        features: float32 (n, d) of ``novelty.features``, None where nobody asked for them.
    """

    frame: pd.DataFrame
    scores: np.ndarray
    features: np.ndarray | None = None


def served_outputs(
    path: Path, data: Dataset, *, title: str, cache: Path | None = None
) -> ServedOutputs:
    """Run an exported network once over each image, behind a progress bar.

    Args:
        path: ``model.tflite``.
        data: the images.
        title: name on the progress bar.
        cache: folder that keeps each image's outputs, so that a broken run resumes;
            None keeps nothing. Its names hold the digests of the model, of the image, and of the
            code between them.

    Returns:
        Scores and features in the order of ``data``.
    """
    network = Network.load(path)
    folder = cache / _digest_of(path, data.preprocessing) if cache else None
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    scores, features = [], []
    for row, digest in enumerate(tqdm(data.frame["sha256"], title, unit="image")):
        file = folder / f"{digest}.npz" if folder else None
        if file and file.is_file():
            with np.load(file) as stored:
                output = stored["scores"], stored["features"]
        else:
            output = _run(network, data, row)
            if file:
                write_whole(file, partial(np.savez, scores=output[0], features=output[1]))
        scores.append(output[0])
        features.append(output[1])
    if not scores:
        return ServedOutputs(data.frame, np.zeros((0, len(CLASS_NAMES)), np.float32))
    return ServedOutputs(data.frame, np.stack(scores), np.stack(features))


def _run(network: Network, data: Dataset, row: int) -> tuple[np.ndarray, np.ndarray]:
    image = data.inputs([row], size=network.input_shape[1])
    scores, maps = network.run(image)
    return scores, maps_features(maps, image[0])


def _digest_of(model: Path, preprocessing: Preprocessing) -> str:
    """A name that changes with the model, what it is shown, what finds that, and their code."""
    sources = sorted(file for folder in CODE for file in folder.rglob("*.py"))
    found_by = (DEFAULT_FOLDER / MODEL_FILE,) if preprocessing.view == LUNGS else ()
    there = [file for file in (model, *sources, *found_by) if file.is_file()]
    digests = "".join(map(sha256_of, there)) + repr(preprocessing)
    return hashlib.sha256(digests.encode()).hexdigest()[:32]
