"""Outputs of the frozen convolutions, computed once for each image, kept on disk."""

from collections.abc import Callable, Sequence
from pathlib import Path

import keras
import numpy as np
from tqdm import tqdm

from covid_model.data.dataset import Dataset
from covid_model.training.networks.backbone import Backbone
from covid_model.training.networks.heads import pooled_output


def default_cache() -> Path:
    """Where features are kept unless a command says otherwise: a folder of the user's cache."""
    return Path.home() / ".cache" / "covid_model" / "features"


def frozen_features(
    backbone: Backbone, data: Dataset, *, cache: Path | None = None, batch: int = 16
) -> np.ndarray:
    """Compute the pooled feature maps of every image, or read them where they were computed.

    The paper's head begins with AveragePooling2D(2, 2), which has no weights, so its output is
    what is kept: a quarter of the size and the same numbers. A file's name holds the digests of
    the weights and of the image, so that neither can change unnoticed.

    Args:
        backbone: the frozen convolutions, for images of one size.
        data: the images.
        cache: folder of the kept features, ``default_cache()`` when None.
        batch: images a pass.

    Returns:
        float32 (n, h, w, c), in the order of ``data``.
    """
    name, digests = backbone.architecture.name, data.frame["sha256"]
    folder = (cache or default_cache()) / f"{name}-{backbone.digest()[:16]}"
    model = keras.Model(backbone.model.input, pooled_output(backbone))
    files = [folder / f"{digest}.npy" for digest in digests]

    def inputs(rows: Sequence[int]) -> np.ndarray:
        return data.inputs(rows, size=model.input_shape[1])

    return cached_outputs(model, inputs, files, title=f"Features of {name}", batch=batch)


def cached_outputs(
    model: keras.Model,
    inputs: Callable[[Sequence[int]], np.ndarray],
    files: Sequence[Path],
    *,
    title: str,
    batch: int = 16,
) -> np.ndarray:
    """Compute a network's output for each of n images, or read it where it is kept.

    Args:
        model: what is computed.
        inputs: maps numbers of images, counted from 0, to their network inputs (k, h, w, 3).
        files: where each image's output is kept, n of them in one folder.
        title: name on the progress bar.
        batch: images a pass.

    Returns:
        float32 (n, ...).
    """
    files[0].parent.mkdir(parents=True, exist_ok=True)
    missing = [row for row, file in enumerate(files) if not file.is_file()]
    done = len(files) - len(missing)
    with tqdm(total=len(files), initial=done, unit="image", desc=title) as bar:
        for start in range(0, len(missing), batch):
            rows = missing[start : start + batch]
            # The last batch is filled up: another size would be compiled anew, for seconds.
            filled = rows + rows[-1:] * (batch - len(rows))
            outputs = keras.ops.convert_to_numpy(model.predict_on_batch(inputs(filled)))
            for row, one in zip(rows, outputs[: len(rows)], strict=True):
                _save(files[row], one)
            bar.update(len(rows))
    return np.stack([np.load(file) for file in files])


def _save(file: Path, array: np.ndarray) -> None:
    """Write whole or not at all: an interrupted run leaves no damaged file."""
    temporary = file.with_suffix(".partial")
    with temporary.open("wb") as stream:
        np.save(stream, np.asarray(array, np.float32))
    temporary.replace(file)
