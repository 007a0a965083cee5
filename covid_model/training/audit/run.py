"""Shortcut audit of a run: lungs, border and source of its images."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from covid_model.common.audit_checks import cannot_be_audited
from covid_model.common.classes import SCORE_COLUMNS
from covid_model.data.dataset import Dataset
from covid_model.data.sampling import even_rows
from covid_model.evaluation.shortcut_audit import COLUMNS, audit_metrics, failed_checks
from covid_model.evaluation.tables import read_table, with_unknown, write_table
from covid_model.imaging.preprocessing import Preprocessing
from covid_model.inference.gradcam import gradcam
from covid_model.inference.lung_segmentation import LungSegmenter, segmenter_available
from covid_model.inference.occlusion import hide_lungs, only_border, only_lungs
from covid_model.runs import AUDIT_FILE, SCHEMA, read_model_info, write_json, write_model_info
from covid_model.training.audit.faithfulness import map_metrics
from covid_model.training.audit.map_agreement import map_agreement, on_whole_pictures
from covid_model.training.audit.source_probe import label_by_source, source_probe
from covid_model.training.audit.subject import AuditedNetwork, AuditImages, Maps, with_masks

log = logging.getLogger(__name__)
MOST_IMAGES = 300  # test images with parts hidden
MOST_MAPS = 40  # of these, whose maps are put to the test
LEAST_MAPS = 20  # below which nothing is said of maps


def audit_run(
    folder: Path,
    data: Dataset,
    part: pd.Series,
    models: Sequence[str],
    *,
    audited: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """Write ``audit.csv`` with ``audit.json`` beside each ``model.tflite`` of a run.

    Args:
        folder: the run folder, whose model folders are written.
        data: all images of the run.
        part: one of ``schema.PARTS`` an image.
        models: the model folders; those without a model are left as they are.
        audited: those that hold their audit already, of the same images; only their maps are
            computed again.

    Returns:
        How far the networks' maps agree, the rows of ``comparison.json``'s map_agreement.
    """
    folders = [folder / name for name in models if (folder / name / "model.tflite").is_file()]
    test = data.rows(part == "test")
    if not folders or not len(test):
        return []
    segmenter = LungSegmenter.load() if segmenter_available() else None
    drawn = test.take(even_rows(test.frame, at_most=MOST_IMAGES))

    @cache
    def images_for(preprocessing: Preprocessing) -> AuditImages:
        return with_masks(replace(drawn, preprocessing=preprocessing), segmenter)

    labels = label_by_source(data.frame[(part == "train").to_numpy()])
    subjects = {model: AuditedNetwork.load(model) for model in folders}
    views_differ = len({subject.preprocessing.view for subject in subjects.values()}) > 1
    compared = {}
    for model, subject in subjects.items():
        images = images_for(subject.preprocessing)
        maps = (
            maps_alone(subject, images)
            if model.name in audited
            else audit_network(subject, model, images, labels)
        )
        if maps is not None:
            chosen = even_rows(images.data.frame, at_most=MOST_MAPS)
            compared[model.name] = on_whole_pictures(maps, images, chosen) if views_differ else maps
    return map_agreement(compared)


def audit_network(
    subject: AuditedNetwork, folder: Path, images: AuditImages, labels: dict[str, Any]
) -> Maps | None:
    """Audit one network; write its two files, then ``model.json`` with their digests.

    Args:
        subject: the network.
        folder: its model folder.
        images: the test images to audit on.
        labels: ``source_probe.label_by_source`` of the training part.

    Returns:
        What it says of the images whose maps were tested, None where there are too few.
    """
    enough = len(images) >= LEAST_MAPS
    chosen = even_rows(images.data.frame, at_most=MOST_MAPS if enough else 0)
    table, means, served = _classify_under_conditions(subject, images, chosen)
    write_table(table, folder / "audit.csv")
    audit: dict[str, Any] = {
        "schema": SCHEMA,
        **audit_metrics(read_table(folder / "audit.csv")),
        "without_mask": images.without_mask,
        "source_probe": source_probe(means, images.data.frame),
        "label_by_source": labels,
    }
    audit["failed"] = failed_checks(audit)
    maps = _maps(subject, table, chosen, served) if enough else None
    tested = None if maps is None else map_metrics(subject, images.rows(chosen), maps, served)
    write_json(folder / AUDIT_FILE, {**audit, "maps": tested})
    write_model_info(folder, read_model_info(folder))
    if cannot_be_audited(audit):
        log.warning("%s cannot be audited: it is no better than guessing.", subject.title)
    else:
        failed = ", ".join(audit["failed"]) or "no check of the audit"
        log.info("%s fails %s", subject.title, failed)
    return maps


def maps_alone(subject: AuditedNetwork, images: AuditImages) -> Maps | None:
    """What ``audit_network`` returns, without the audit."""
    if len(images) < LEAST_MAPS:
        return None
    chosen = even_rows(images.data.frame, at_most=MOST_MAPS)
    shown = (images.image(row, subject.size) for row in chosen)
    outputs = [subject.look(image[:, :, 0], image) for image in shown]
    return Maps(
        patients=images.data.frame["patient_id"].to_numpy(str)[chosen],
        probabilities=np.stack([probabilities for probabilities, _ in outputs]),
        heatmaps=np.stack([gradcam(maps, subject.head) for _, maps in outputs]),
    )


def views(pixels: np.ndarray, mask: np.ndarray | None) -> dict[str, np.ndarray]:
    """One image under each condition, those of the lungs only where there is a mask.

    Args:
        pixels: float32 (H, W), range [0, 1].
        mask: bool (H, W), or None.
    """
    conditions = {"untouched": pixels, "border_only": only_border(pixels)}
    if mask is not None:
        conditions |= {
            "lungs_hidden": hide_lungs(pixels, mask),
            "lungs_only": only_lungs(pixels, mask),
        }
    return conditions


def _classify_under_conditions(
    subject: AuditedNetwork, images: AuditImages, with_maps: np.ndarray
) -> tuple[pd.DataFrame, np.ndarray, list[np.ndarray]]:
    """Show every image under each condition.

    Returns:
        The rows of ``audit.csv``; the mean of each feature map of the untouched images, float32
        (n, c); the feature maps of those in the rows ``with_maps``, each float32 (h, w, c).
    """
    rows, means, served, mapped = [], [], [], set(with_maps.tolist())
    for row in tqdm(range(len(images)), f"{subject.title}: parts hidden", unit="image"):
        image = images.image(row, subject.size)
        conditions = views(image[:, :, 0], images.mask(row, subject.size))
        for condition, pixels in conditions.items():
            probabilities, maps = subject.look(pixels, image)
            rows.append((row, condition, *probabilities.tolist()))
            if condition == "untouched":
                means.append(maps.mean(axis=(0, 1)))
                served += [maps] if row in mapped else []
    outputs = pd.DataFrame(rows, columns=["row", "condition", *SCORE_COLUMNS])
    frame = images.data.frame.iloc[outputs["row"]].reset_index(drop=True)
    table = pd.concat([frame[list(COLUMNS[:4])], outputs.drop(columns="row")], axis=1)
    return with_unknown(table, frame), np.stack(means), served


def _maps(
    subject: AuditedNetwork, table: pd.DataFrame, chosen: np.ndarray, served: list[np.ndarray]
) -> Maps:
    """What a network says of the images whose maps are put to the test."""
    untouched = table[table["condition"] == "untouched"].iloc[chosen]
    return Maps(
        patients=untouched["patient_id"].to_numpy(str),
        probabilities=untouched[list(SCORE_COLUMNS)].to_numpy(np.float32),
        heatmaps=np.stack([gradcam(maps, subject.head) for maps in served]),
    )
