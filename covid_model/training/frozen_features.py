"""Outputs of the frozen convolutions, computed once for each image, kept on disk."""

from pathlib import Path

import keras
import numpy as np
from tqdm import tqdm

from covid_model.training.architectures import Backbone, pooled_output
from covid_model.training.dataset import Dataset


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
        backbone: the frozen convolutions.
        data: the images.
        cache: folder of the kept features, ``default_cache()`` when None.
        batch: images a pass.

    Returns:
        float32 (n, h, w, c), in the order of ``data``.
    """
    folder = (cache or default_cache()) / f"{backbone.architecture.name}-{backbone.digest()[:16]}"
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{digest}.npy" for digest in data.frame["sha256"]]
    missing = [row for row, file in enumerate(files) if not file.is_file()]
    model = keras.Model(backbone.model.input, pooled_output(backbone))
    with tqdm(
        total=len(files),
        initial=len(files) - len(missing),
        unit="image",
        desc=f"Features of {backbone.architecture.name}",
    ) as bar:
        for start in range(0, len(missing), batch):
            rows = missing[start : start + batch]
            # The last batch is filled up: another size would be compiled anew, for seconds.
            filled = rows + rows[-1:] * (batch - len(rows))
            maps = keras.ops.convert_to_numpy(model.predict_on_batch(data.inputs(filled)))
            for row, one in zip(rows, maps[: len(rows)], strict=True):
                _save(files[row], one)
            bar.update(len(rows))
    return np.stack([np.load(file) for file in files])


def _save(file: Path, array: np.ndarray) -> None:
    """Write whole or not at all: an interrupted run leaves no damaged file."""
    temporary = file.with_suffix(".partial")
    with temporary.open("wb") as stream:
        np.save(stream, np.asarray(array, np.float32))
    temporary.replace(file)
