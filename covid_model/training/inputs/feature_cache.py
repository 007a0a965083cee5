"""Outputs of the frozen convolutions, computed once an image and cached on disk."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import keras
import numpy as np
from tqdm import tqdm

from covid_model.common.system.cache import default_cache, write_whole
from covid_model.data.dataset import Dataset
from covid_model.training.networks.backbone import Backbone
from covid_model.training.networks.heads import pooled_output


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
        cache: folder of the kept features, the user's cache when None.
        batch: images a pass.

    Returns:
        float32 (n, h, w, c), in the order of ``data``.
    """
    name, digests = backbone.architecture.name, data.frame["sha256"]
    folder = (cache or default_cache("features")) / f"{name}-{backbone.digest()[:16]}"
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
            # The last batch is filled up: another size would be compiled again, for seconds.
            filled = rows + rows[-1:] * (batch - len(rows))
            outputs = keras.ops.convert_to_numpy(model.predict_on_batch(inputs(filled)))
            for row, output in zip(rows, outputs[: len(rows)], strict=True):
                array = np.asarray(output, np.float32)
                write_whole(files[row], partial(np.save, arr=array))
            bar.update(len(rows))
    return np.stack([np.load(file) for file in files])
