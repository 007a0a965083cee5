"""Pretraining: every layer of a network, from random weights, on radiographs."""

import csv
import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import keras
import numpy as np
from tqdm import tqdm

from covid_model.classes import CLASS_NAMES
from covid_model.training.architectures import Backbone, build_backbone, pooled_output
from covid_model.training.augmentation import augment
from covid_model.training.dataset import Dataset
from covid_model.training.recipes import PretrainRecipe

CHECKPOINT_STEPS = 50
COLUMNS = ("step", "size", "loss", "accuracy", "monitor_accuracy", "monitor_recall", "seconds")


@dataclass(frozen=True)
class Pictures:
    """Images in memory: grey levels uint8 (n, h, w), one-hot labels (n, 3), draw weights (n,)."""

    grey: np.ndarray
    labels: np.ndarray
    weights: np.ndarray

    @classmethod
    def of(cls, data: Dataset, *, source_exponent: float) -> "Pictures":
        """Read a data set and weigh its images: classes alike, sources by ``source_exponent``."""
        return cls(data.pictures(), data.labels, draw_weights(data, source_exponent))


def draw_weights(data: Dataset, source_exponent: float) -> np.ndarray:
    """Probability of drawing each image, float64 (n,), with the same sum for every class."""
    frame = data.frame
    group = frame.groupby(["label", "source"])["path"].transform("size").to_numpy(float)
    weight = group**source_exponent / group
    total = frame.assign(weight=weight).groupby("label")["weight"].transform("sum").to_numpy()
    weight = weight / total
    return weight / weight.sum()


def pretrain(
    name: str, train: Pictures, monitor: Pictures, *, recipe: PretrainRecipe, folder: Path
) -> Backbone:
    """Train a network from random weights, continuing from ``folder`` when it was interrupted.

    Args:
        name: key of ``architectures.REGISTRY``.
        train: the images to train on.
        monitor: images held out; they are watched and never chosen by.
        recipe: every value of the training.
        folder: where checkpoints and ``<name>-pretrain.csv`` go.

    Returns:
        The trained network without its top.
    """
    folder.mkdir(parents=True, exist_ok=True)
    checkpoint = folder / f"{name}.checkpoint.keras"
    total = sum(recipe.steps)
    if checkpoint.is_file():
        model = keras.models.load_model(checkpoint)
        step = int(model.optimizer.iterations)
        model.get_layer("dropout").seed_generator.state.assign((recipe.seed, step))  # not saved
    else:
        keras.utils.set_random_seed(recipe.seed)
        model, step = _compiled(name, recipe, total), 0
    bar = tqdm(total=total, initial=step, desc=name, unit="step")
    started = time.monotonic()
    while step < total:
        stage = int(np.searchsorted(np.cumsum(recipe.steps), step, side="right"))
        size = recipe.stages[stage].size
        logs = model.train_on_batch(*batch_of(train, recipe, step), return_dict=True)
        step += 1
        bar.update()
        if step % CHECKPOINT_STEPS == 0 or step == total:
            watched = _watch(model, monitor, size)
            bar.set_postfix_str(f"loss {logs['loss']:.3f}, recall {watched[1]:.3f}")
            row = (step, size, logs["loss"], logs["accuracy"], *watched)
            _append(folder / f"{name}-pretrain.csv", (*row, time.monotonic() - started))
            model.reset_metrics()
            model.save(checkpoint)
    bar.close()
    backbone = build_backbone(name, size=None)
    trained = (layer for layer in model.layers if layer.weights)
    for layer in backbone.model.layers:  # by order: keras numbers unnamed layers anew
        if layer.weights:
            layer.set_weights(next(trained).get_weights())
    scale_output(backbone, _as_input(train.grey[:32]), recipe.output_sum)
    return backbone


def scale_output(backbone: Backbone, images: np.ndarray, output_sum: float) -> None:
    """Scale the last layer so that an image's pooled feature maps sum to ``output_sum``.

    All networks end in relu(k x) = k relu(x), so their features keep their meaning. Without it
    the paper's head does not start: Adam moves each of its 32,768 weights a unit by about the
    learning rate, which on dense features of mean 0.35 shifts every hidden unit by 11 a step,
    until all of them are dead.

    Args:
        backbone: the network, whose last layer changes.
        images: float32 (n, h, w, 3) in [0, 1].
        output_sum: wanted sum over cells and channels, mean over images.
    """
    pooled = keras.Model(backbone.model.input, pooled_output(backbone)).predict_on_batch(images)
    factor = output_sum / float(keras.ops.convert_to_numpy(pooled).sum(axis=(1, 2, 3)).mean())
    last = next(layer for layer in reversed(backbone.model.layers) if layer.trainable_weights)
    for weight in last.trainable_weights:  # gamma and beta, or kernel and bias
        weight.assign(weight * factor)


def save_backbone(backbone: Backbone, data: Dataset, recipe: PretrainRecipe, folder: Path) -> Path:
    """Write ``<name>.weights.h5`` and, in ``<name>.json``, where the weights came from."""
    name = backbone.architecture.name
    sizes = " and ".join(f"{stage.size} px" for stage in recipe.stages)
    sources = ", ".join(sorted(data.frame["source"].unique()))
    origin = (
        f"trained from random weights on {len(data)} radiographs of "
        f"{data.frame['group'].nunique()} patients ({sources}) at {sizes}; no ImageNet weights"
    )
    path = folder / f"{name}.weights.h5"
    backbone.model.save_weights(path)
    note = {"origin": origin, "data": data.digest, "recipe": asdict(recipe)}
    (folder / f"{name}.json").write_text(json.dumps(note, indent=1) + "\n", "utf-8")
    return path


def batch_of(
    pictures: Pictures, recipe: PretrainRecipe, step: int
) -> tuple[np.ndarray, np.ndarray]:
    """The batch of one step, which depends on the seed and the step alone.

    Returns:
        Images float32 (batch, size, size, 3) in [0, 1] and one-hot labels (batch, 3).
    """
    rng = np.random.default_rng((recipe.seed, step))
    stage = recipe.stages[int(np.searchsorted(np.cumsum(recipe.steps), step, side="right"))]
    config = replace(recipe.augmentation, crop=stage.crop)
    rows = rng.choice(len(pictures.labels), recipe.batch, p=pictures.weights)
    images = np.stack([augment(pictures.grey[row], stage.size, config, rng) for row in rows])
    return _as_input(images), pictures.labels[rows]


def _as_input(grey: np.ndarray) -> np.ndarray:
    return np.repeat((grey.astype(np.float32) / 255)[..., None], 3, axis=-1)


def _compiled(name: str, recipe: PretrainRecipe, total: int) -> keras.Model:
    backbone = build_backbone(name, size=None).model
    for layer in backbone.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = recipe.momentum
    x = keras.layers.GlobalAveragePooling2D()(backbone.output)
    x = keras.layers.Dropout(0.2, seed=recipe.seed, name="dropout")(x)
    x = keras.layers.Dense(len(CLASS_NAMES), activation="softmax", dtype="float32")(x)
    model = keras.Model(backbone.input, x)
    warmup = max(1, int(recipe.warmup * total))
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, total - warmup, warmup_target=recipe.learning_rate, warmup_steps=warmup
    )
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=recipe.weight_decay, clipnorm=1.0)
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=recipe.label_smoothing)
    model.compile(optimizer, loss, metrics=["accuracy"])
    return model


def _watch(model: keras.Model, monitor: Pictures, size: int) -> tuple[float, float]:
    """Accuracy and macro recall on the monitored images at one size."""
    small = np.stack(
        [cv2.resize(g, (size, size), interpolation=cv2.INTER_AREA) for g in monitor.grey]
    )
    predicted = [model.predict_on_batch(_as_input(part)).argmax(-1) for part in _pieces(small, 64)]
    right = np.concatenate(predicted) == monitor.labels.argmax(-1)
    recalls = [right[monitor.labels[:, c] == 1].mean() for c in range(len(CLASS_NAMES))]
    return float(right.mean()), float(np.mean(recalls))


def _pieces(array: np.ndarray, size: int) -> list[np.ndarray]:
    return [array[start : start + size] for start in range(0, len(array), size)]


def _append(path: Path, row: tuple) -> None:
    new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        if new:
            writer.writerow(COLUMNS)
        writer.writerow([f"{value:.5g}" if isinstance(value, float) else value for value in row])
