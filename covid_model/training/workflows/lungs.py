"""Training of the lung segmenter on radiographs with masks."""

import logging
from typing import Any

import cv2
import keras
import numpy as np

from covid_model.data.dataset import Dataset
from covid_model.data.selection import Selection, describe, save_split
from covid_model.evaluation.bootstrap import PatientBootstrap
from covid_model.imaging.reader import read_radiograph
from covid_model.inference.lung_segmentation import INFO_FILE, MODEL_FILE, LungSegmenter
from covid_model.runs import new_run, refuse_existing, sha256_of, write_json
from covid_model.training.export.litert import require_tensorflow, write_litert
from covid_model.training.export.run_info import run_info
from covid_model.training.inputs.lung_pairs import Batches, Pairs, read_mask, with_masks
from covid_model.training.job import Job
from covid_model.training.loop.optimizer import adamw
from covid_model.training.networks.unet import THRESHOLD, dice, loss, unet
from covid_model.training.recipes.lungs import LungsRecipe

log = logging.getLogger(__name__)
SPLIT_FILE = "split.csv"


def run_lungs(selection: Selection, job: Job, *, recipe: LungsRecipe) -> dict[str, Any]:
    """Train the network that marks the lungs and write its folder.

    The weights are those of the epoch with the best Dice coefficient on the validation part. The
    test part is used once, at the end, through the file that serves.

    Args:
        selection: the radiographs; those without a mask are left out.
        job: the folder to write, ``weights_format`` (``auto`` is float16), ``notes``, which become
            the ``limits`` of ``lungs.json``.
        recipe: every value of the training.

    Returns:
        The content of ``lungs.json``.

    Raises:
        RunError: if the folder exists.
        DataError: if there are no masks, or too few patients for three parts.
        UsageError: if Keras runs on a backend that cannot export, or the recipe cannot be built.
    """
    require_tensorflow()
    refuse_existing(job.out)
    keras.utils.set_random_seed(recipe.seed)
    model = unet(recipe)
    data, part = split = selection.split(with_masks(selection.read()), recipe)
    log.info("%s", describe(data, part))
    train, validation, test = (data.rows(part == name) for name in ("train", "validation", "test"))
    best = fit(model, Pairs.of(train), Pairs.of(validation), recipe)
    weights = "float16" if job.weights_format == "auto" else job.weights_format
    with new_run(job.out) as folder:
        write_litert(model, folder / MODEL_FILE, weights=weights)
        save_split(data, part, folder / SPLIT_FILE)
        info = run_info(selection, job, split, recipe=recipe, split_file=folder / SPLIT_FILE)
        info["limits"] = " ".join(info.pop("notes"))
        info["origin"] = f"trained from random weights on {train.in_words} with their lung masks"
        info["sha256"][MODEL_FILE] = sha256_of(folder / MODEL_FILE)
        info |= {"input_shape": [1, *model.input_shape[1:]], "threshold": THRESHOLD}
        info |= {"weights_format": weights, "validation": best}
        write_json(folder / INFO_FILE, info)
        info["dice"] = measured_dice(LungSegmenter.load(folder), test)
        write_json(folder / INFO_FILE, info)
    return info


def fit(
    model: keras.Model, train: Pairs, validation: Pairs, recipe: LungsRecipe
) -> dict[str, float]:
    """Train, then take the weights of the best epoch.

    Args:
        model: ``unet.unet``; its weights change.
        train: what it learns from.
        validation: what epochs are compared on.
        recipe: every value of the training.

    Returns:
        The best epoch, counted from 1, with its Dice coefficient.
    """
    batches = Batches(train, recipe)
    optimizer = adamw(
        recipe.learning_rate,
        steps=recipe.epochs * len(batches),
        warmup=len(batches),
        weight_decay=recipe.weight_decay,
        clipnorm=1.0,
    )
    model.compile(
        optimizer,
        loss=loss,
        metrics=[dice],
        jit_compile=False,  # XLA takes longer to compile, then longer for a step on a CPU
    )
    best = keras.callbacks.EarlyStopping(
        "val_dice", mode="max", patience=recipe.epochs, restore_best_weights=True
    )
    history = model.fit(
        batches,
        validation_data=validation.arrays(recipe.size),
        epochs=recipe.epochs,
        shuffle=False,  # Batches draws the order itself
        callbacks=[best, keras.callbacks.LambdaCallback(on_epoch_end=_log_epoch)],
        verbose=0,
    ).history["val_dice"]
    return {"epoch": int(np.argmax(history)) + 1, "dice": round(float(max(history)), 6)}


def measured_dice(segmenter: LungSegmenter, data: Dataset) -> dict[str, Any]:
    """Measure the overlap with the masks of images that nothing was chosen by.

    An image counts whether or not its mask passes the quality check; ``refused`` says how many
    do not pass.

    Args:
        segmenter: the network as it serves.
        data: the images, each with a mask.

    Returns:
        Images, patients, ``refused``, the mean Dice coefficient with its interval, and each
        image's.
    """
    dices, refused = [], 0
    for row in range(len(data)):
        path = data.frame["path"].iloc[row]
        pixels = read_radiograph((data.root / path).read_bytes(), path).pixels
        truth = read_mask(data, row)
        scores = cv2.resize(segmenter.scores(pixels), truth.shape[::-1])
        lungs = scores >= segmenter.threshold
        dices.append(2 * float((lungs & truth).sum()) / max(1, int(lungs.sum() + truth.sum())))
        refused += segmenter.mask(pixels) is None
    bootstrap = PatientBootstrap(data.frame["group"].tolist())
    rounded = [round(value, 6) for value in dices]
    return {
        "images": len(data),
        "patients": int(data.frame["group"].nunique()),
        "refused": refused,
        "mean": round(float(np.mean(dices)), 6),
        "mean_interval": bootstrap.mean_interval(np.array(dices)),
        "each": dict(zip(data.frame["original"], rounded, strict=True)),
    }


def _log_epoch(epoch: int, logs: dict[str, float]) -> None:
    values = ", ".join(f"{name} {value:.3f}" for name, value in logs.items())
    log.info("Epoch %d: %s", epoch + 1, values)
