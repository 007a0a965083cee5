"""Mean outputs of the frozen convolutions for images and their variants, cached on disk."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np

from covid_model.common.system.cache import default_cache
from covid_model.data.dataset import Dataset
from covid_model.imaging.preprocessing import ALL, Preprocessing
from covid_model.training.inputs.augmentation import augment
from covid_model.training.inputs.batches import as_input
from covid_model.training.inputs.feature_cache import cached_outputs
from covid_model.training.networks.backbone import Backbone
from covid_model.training.recipes.finetune import FinetuneRecipe
from covid_model.training.recipes.linear import LinearRecipe

Varied = LinearRecipe | FinetuneRecipe


def mean_features(
    backbone: Backbone,
    data: Dataset,
    recipe: Varied,
    *,
    variants: int = 1,
    cache: Path | None = None,
) -> np.ndarray:
    """Compute the mean over all positions of every image's last feature maps.

    Variant 0 of an image is the image itself, the others are drawn by the recipe's seed and the
    image's digest: the same whichever other images there are. A file's name holds all that its
    content depends on, so that a broken run resumes.

    Args:
        backbone: the frozen convolutions, for images of ``recipe.size``.
        data: n images.
        recipe: how images are varied.
        variants: how many variants of each image.
        cache: folder of the kept features, the user's cache when None.

    Returns:
        float32 (n * variants, c); the variants of an image follow each other.
    """
    name, digests = backbone.architecture.name, list(data.frame["sha256"])
    folder = (cache or default_cache("features")) / f"{name}-mean-{backbone.digest()[:16]}"
    shown = data.preprocessing
    if shown != Preprocessing():
        seen = "" if shown.pooling == ALL else f"-over-{shown.pooling}"
        folder = folder.with_name(f"{folder.name}-{shown.greys}-{shown.view}{seen}")
    how = hashlib.sha256(f"{recipe.seed} {recipe.augmentation}".encode()).hexdigest()[:16]
    ends = ["", *(f"-{how}-{variant}" for variant in range(1, variants))]

    def inputs(items: Sequence[int]) -> np.ndarray:
        rows, where = np.unique(np.asarray(items) // variants, return_inverse=True)
        images = data.inputs(rows.tolist(), size=recipe.size)[where]
        for image, item in zip(images, items, strict=True):
            row, variant = divmod(item, variants)
            if variant:
                rng = np.random.default_rng((recipe.seed, variant, int(digests[row], 16)))
                image[:] = _varied(image, recipe, rng)
        return images

    pooled = keras.layers.GlobalAveragePooling2D()(backbone.model.output)
    return cached_outputs(
        keras.Model(backbone.model.input, pooled),
        inputs,
        [folder / f"{digest}{end}.npy" for digest in digests for end in ends],
        title=f"Features of {name}",
    )


def _varied(image: np.ndarray, recipe: Varied, rng: np.random.Generator) -> np.ndarray:
    """A random variant of one network input, float32 (size, size, 3) in [0, 1]."""
    grey = np.rint(image[:, :, 0] * 255).astype(np.uint8)
    return as_input(augment(grey, recipe.size, recipe.augmentation, rng)[None])[0]
