"""The values that several recipes share: how data are split and how images are weighed."""

from dataclasses import dataclass

import numpy as np

from covid_model.data.dataset import Dataset
from covid_model.data.sampling import label_factors, sampling_weights, weighed_by_label
from covid_model.training.recipes.families import family_weights

UNIT, IMAGENET = "unit", "imagenet"  # pixels in [0, 1], or as ``preprocess_input`` makes them


@dataclass(frozen=True, kw_only=True)
class Split:
    """How a data set is split into parts.

    Attributes:
        test: share of the images for test.
        validation: share of the rest for validation.
        seed: seed of the split and of all else that the recipe draws: weights, order, variation.
    """

    test: float = 0.2
    validation: float = 0.1
    seed: int = 40


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How much each training image counts, or how often it is drawn.

    Attributes:
        source_exponent: the images of a class count so that each source does in proportion to
            its size to this power: 1 as they come, 0 all sources alike.
        within_source: each class of a source counts at least this share of what the class does
            that counts most there: 0 as they come, 1 alike.
        repeat: but for that, no image counts more than this many times as much as the images of
            the smallest class, so that a handful is not learned by heart.
        families: sources that go together, as ("kermany+kermany-224=0.4",), each of which counts
            by its number, 1 without one, its classes alike; instead of ``source_exponent`` and
            ``within_source``. See ``family_weights``.
        label_weights: how much an image counts within its class by its ``label_quality``, as
            ("report=0.5",); 1 where nothing is said.
    """

    source_exponent: float = 0.5
    within_source: float = 0.0
    repeat: float = 1.5
    families: tuple[str, ...] = ()
    label_weights: tuple[str, ...] = ()

    def weights(self, data: Dataset, *, class_exponent: float = 0.0) -> np.ndarray:
        """The weight of each image, float64 (n,), sum 1; see ``sampling_weights``.

        Raises:
            UsageError: if ``label_weights`` or ``families`` do not fit the images.
        """
        if self.families:
            weights = family_weights(data, self.families, repeat=self.repeat)
        else:
            weights = sampling_weights(
                data,
                self.source_exponent,
                within_source=self.within_source,
                repeat=self.repeat,
                class_exponent=class_exponent,
            )
        return weighed_by_label(weights, data, label_factors(self.label_weights))
