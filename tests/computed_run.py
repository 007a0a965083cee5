"""A run whose reports are computed from drawn predictions, without any network."""

import json

import numpy as np
import pandas as pd

from covid_model.common.classes import CLASS_NAMES
from covid_model.evaluation.comparison.models import write_comparison
from covid_model.evaluation.report import predictions_table
from covid_model.evaluation.shortcut_audit import CONDITIONS, audit_metrics, failed_checks
from covid_model.evaluation.tables import read_table, write_table
from covid_model.evaluation.verification.verify import verify_run
from covid_model.inference.calibration import apply_temperature
from covid_model.runs import (
    ModelInfo,
    read_json,
    read_model_info,
    run_digests,
    write_json,
    write_model_info,
    write_run_file,
)
from covid_model.training.export.reliability import fit_reliability
from covid_model.training.export.served_outputs import ServedOutputs

NETWORKS = ("xception", "vgg16")


def outputs(part, count, *, seed):
    """What a network that is too sure might say of two images a patient."""
    rng = np.random.default_rng(count)
    truth = np.arange(count) % 3
    frame = pd.DataFrame(
        {
            "path": [f"images/{part}{i}.png" for i in range(count)],
            "original": [f"{part}{i}.png" for i in range(count)],
            "source": ["here", "there"] * (count // 2),
            "patient_id": [f"{part}{i // 2}" for i in range(count)],
            "label": np.array(CLASS_NAMES)[truth],
            "view": ["PA", "AP", None] * (count // 3),
            "sex": rng.choice(["F", "M"], count),
            "age": rng.integers(1, 95, count).astype(float),
            "width": 320,
            "height": rng.integers(200, 400, count),
        }
    )
    rng = np.random.default_rng((seed, count))
    logits = rng.normal(0, 1.2, (count, 3)) + 1.5 * np.eye(3)[truth]
    softmax = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return ServedOutputs(
        frame, apply_temperature(softmax, 0.4), rng.normal(size=(count, 70)).astype(np.float32)
    )


def left_out_rows(count, *, seed, groups=4):
    """Rows of left_out.csv: the same network on groups that it was fitted without."""
    drawn = outputs("out", count, seed=seed)
    group = [f"hospital {i % groups}" for i in range(count // 2) for _ in range(2)]
    frame = drawn.frame.assign(label_quality=["PCR", "report"] * (count // 2))
    return predictions_table(frame, drawn.scores).assign(
        left_out=group, label_quality=frame["label_quality"]
    )


def write_audit(folder):
    """Write an audit whose table is the test part under each condition."""
    table = read_table(folder / "predictions.csv").assign(condition="")
    tables = [table.assign(condition=name) for name in CONDITIONS]
    write_table(pd.concat(tables), folder / "audit.csv")
    audit = {
        "schema": 1,
        **audit_metrics(read_table(folder / "audit.csv")),
        "without_mask": 0,
        "source_probe": None,
        "label_by_source": {"rows": [], "cramers_v": 0.9},
        "maps": None,
    }
    write_json(folder / "audit.json", {**audit, "failed": failed_checks(audit)})


def write_run(folder, *, novelty=True, left_out=False):
    """Write a run as its commands do, but for the networks; the first one has an audit."""
    for seed, name in enumerate(NETWORKS):
        (folder / name).mkdir(parents=True)
        train, validation, test = (
            outputs(part, count, seed=seed)
            for part, count in (("t", 210), ("v", 120), ("test", 90))
        )
        judgement = fit_reliability(
            validation,
            test,
            train=train if novelty else None,
            left_out=left_out_rows(240, seed=seed) if left_out else None,
        )
        (folder / name / "history.csv").write_text("epoch,loss\n1,0.5\n")
        judgement.write(
            folder / name, ModelInfo(name, CLASS_NAMES, (1, 32, 32, 3), "layer", "drawn")
        )
    write_audit(folder / NETWORKS[0])
    write_model_info(folder / NETWORKS[0], read_model_info(folder / NETWORKS[0]))
    (folder / "split.csv").write_text("path,part\n")
    write_comparison(folder, NETWORKS)
    write_run_file(folder, {"schema": 1}, run_digests(folder))


def problems(folder):
    return [
        f"{checked.name}: {problem}"
        for checked in verify_run(folder)
        for problem in checked.problems
    ]


def list_again(folder):
    """Give the files of a run the digests that they have now."""
    for name in NETWORKS:
        write_model_info(folder / name, read_model_info(folder / name))
    info = read_json(folder / "run.json")
    write_run_file(folder, info, run_digests(folder))


def edit(path, change):
    """Change a JSON file in place."""
    value = json.loads(path.read_text())
    change(value)
    write_json(path, value)
