"""Sanity check of maps: randomised weights have to change them."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from covid_model.common.errors import WeightsError
from covid_model.common.rounding import mean
from covid_model.data.sampling import even_rows
from covid_model.evaluation.bootstrap import PatientBootstrap
from covid_model.inference.gradcam import Head, gradcam
from covid_model.inference.map_similarity import similarity
from covid_model.training.audit.subject import AuditedNetwork, AuditImages, Maps

log = logging.getLogger(__name__)
HEADS = 10  # random heads; an image's similarity is the mean over them
MOST_REBUILT = 20  # images for the last block, whose maps Keras computes
LEAST_ALIKE = 0.9  # correlation of rebuilt with served maps, below which it is another network
SETTLED = 2  # images for batch normalisation: they change its statistics, not what it computes
SEED = 0


def randomization_test(
    subject: AuditedNetwork, images: AuditImages, maps: Maps, served: Sequence[np.ndarray]
) -> list[dict[str, Any]]:
    """Compare the map of each image's predicted class before and after weights are randomised.

    A map that explains what a network has learned changes with its weights (Adebayo et al. 2018,
    https://arxiv.org/abs/1810.03292). The class stays that of the untouched prediction.

    Args:
        subject: the network.
        images: n images.
        maps: what the network says of them.
        served: their feature maps, each float32 (h, w, c).

    Returns:
        Rows with what ("head", "last_block"), images, similarity (see ``map_agreement``), its
        interval. The last block is left out, with the reason in the log, where the network cannot
        be rebuilt in Keras.
    """
    heads = [random_head(subject.head, np.random.default_rng((SEED, k))) for k in range(HEADS)]
    rows = [_row("head", _similarities(served, heads, maps), maps)]
    few = even_rows(images.data.frame, at_most=MOST_REBUILT)
    inputs = images.data.inputs(few.tolist(), size=subject.size)
    rebuilt = maps_with_random_block(subject, inputs, np.stack(served)[few])
    if rebuilt is not None:
        fewer = maps.rows(few)
        rows.append(_row("last_block", _similarities(list(rebuilt), [subject.head], fewer), fewer))
    return rows


def random_head(head: Head, rng: np.random.Generator) -> Head:
    """A head of the same shape as before any training (Glorot & Bengio 2010): uniform, no bias."""

    def glorot(weights: np.ndarray) -> np.ndarray:
        limit = np.sqrt(6 / sum(weights.shape))
        return rng.uniform(-limit, limit, weights.shape).astype(np.float32)

    return replace(
        head,
        pooled_weights=glorot(head.pooled_weights),
        pooled_bias=np.zeros_like(head.pooled_bias),
        class_weights=glorot(head.class_weights),
        class_bias=np.zeros_like(head.class_bias),
    )


def maps_with_random_block(
    subject: AuditedNetwork, inputs: np.ndarray, served: np.ndarray
) -> np.ndarray | None:
    """Feature maps of a network whose last block has weights as before any training.

    Args:
        subject: the network, which is rebuilt in Keras from its file.
        inputs: float32 (n, size, size, 3), range [0, 1].
        served: the file's own feature maps, float32 (n, h, w, c), to check the rebuilt network by.

    Returns:
        float32 (n, h, w, c); None, with the reason in the log, where it cannot be rebuilt.
    """
    try:
        import keras

        from covid_model.training.networks.from_litert import recover

        backbone = recover(subject.name, subject.path, inputs[:SETTLED])
    except (ImportError, WeightsError) as error:
        log.info("%s: no map with the last block drawn anew (%s).", subject.title, error)
        return None
    model = keras.Model(backbone.model.input, backbone.target_output)

    if model.output.shape[-1] != served.shape[-1]:
        log.info("%s: no map with the last block drawn anew (cut or rectified).", subject.title)
        return None

    def outputs() -> np.ndarray:
        singly = (model.predict_on_batch(image[None]) for image in inputs)
        return np.concatenate([keras.ops.convert_to_numpy(maps) for maps in singly])

    alike = np.corrcoef(outputs().ravel(), served.ravel())[0, 1]
    if not alike >= LEAST_ALIKE:
        log.info(
            "%s: no map with the last block drawn anew (the rebuilt network's maps correlate at "
            "%.2f with the served ones).",
            subject.title,
            alike,
        )
        return None
    _draw_last_block(backbone)
    return outputs()


def _draw_last_block(backbone: Any) -> None:
    """Give a backbone's last block the weights of one that was just built."""
    import keras

    from covid_model.training.networks.backbone import build_backbone
    from covid_model.training.networks.finetune import freeze_all_but

    freeze_all_but(backbone, "1")
    keras.utils.set_random_seed(SEED)
    fresh = build_backbone(backbone.architecture.name, size=None)
    for layer, new in zip(backbone.model.layers, fresh.model.layers, strict=True):
        if layer.trainable:
            layer.set_weights(new.get_weights())


def _similarities(features: Sequence[np.ndarray], heads: list[Head], maps: Maps) -> np.ndarray:
    """Each image's similarity to its untouched map, the mean over some heads, float64 (n,)."""
    cases = zip(features, maps.of_predicted, maps.predicted, strict=True)
    return np.array(
        [
            np.mean([similarity(heat, gradcam(each, head)[c]) for head in heads])
            for each, heat, c in cases
        ]
    )


def _row(what: str, values: np.ndarray, maps: Maps) -> dict[str, Any]:
    defined = ~np.isnan(values)
    return {
        "what": what,
        "images": int(defined.sum()),
        "similarity": mean(values[defined]),
        "similarity_interval": PatientBootstrap(maps.patients.tolist()).mean_interval(values),
    }
