"""A run folder with every file that Reports, Shortcuts or Errors read, without any network."""

import csv

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.classes import CLASS_NAMES, SCORE_COLUMNS
from covid_model.runs import (
    AUDIT_FILE,
    COMPARISON_FILE,
    SCHEMA,
    SERVING_FILES,
    ModelInfo,
    sha256_of,
    write_json,
    write_model_info,
)

IMAGES, WRONG = 30, 14
FRACTIONS = [0.0, 0.5, 1.0]


def ranged(name: str, value: float, half: float = 0.05) -> dict:
    """A figure with an interval around it."""
    return {name: value, f"{name}_interval": [round(value - half, 6), round(value + half, 6)]}


def predictions() -> list[dict]:
    """Rows of predictions.csv: the first ``WRONG`` name the next class, each less surely."""
    rows = []
    for i in range(IMAGES):
        named = (i + (i < WRONG)) % 3
        scores = [0.01, 0.01, 0.01]
        scores[named] = round(0.95 - i / 100, 6)
        rows.append(
            {
                "path": f"images/{i}.png",
                "original": f"{i}.png",
                "source": "here_and_there",
                "patient_id": f"p{i // 2}",
                "label": CLASS_NAMES[i % 3],
                **dict(zip(SCORE_COLUMNS, scores, strict=True)),
                "view": ["PA", ""][i % 2],
            }
        )
    return rows


def report() -> dict:
    """A report.json whose figures are made up, but differ from each other."""
    return {
        "schema": SCHEMA,
        "classes": list(CLASS_NAMES),
        "images": IMAGES,
        "patients": 15,
        "intervals": {"level": 0.95, "method": "bootstrap", "replicates": 1000, "seed": 0},
        "confusion_matrix": [[6, 4, 0], [0, 6, 4], [4, 0, 6]],
        **ranged("accuracy", 0.6),
        **ranged("macro_recall", 0.61),
        **ranged("auroc_macro", 0.7),
        **ranged("average_precision_macro", 0.65),
        "per_class": [
            _class(name, shift) for name, shift in zip(CLASS_NAMES, (0, 1, 2), strict=True)
        ],
        "curves": [_curves(name) for name in CLASS_NAMES],
        "groups": {
            "source": [_group("here_and_there", IMAGES, few=False)],
            "view": [_group("PA", 25, few=False), _group("", 5, few=True)],
        },
        "within_source": [],
    }


def _class(name: str, shift: int) -> dict:
    figures = {
        "sensitivity": 0.8,
        "specificity": 0.9,
        "ppv": 0.51,
        "npv": 0.92,
        "f1": 0.63,
        "auroc": 0.74,
        "average_precision": 0.55,
    }
    row = {"class": name, "images": 10}
    for key, value in figures.items():
        row |= ranged(key, round(value + shift / 100, 6))
    return row


def _curves(name: str) -> dict:
    return {
        "class": name,
        "prevalence": 0.3333,
        "roc": {"fpr": [0, 0.1, 1], "tpr": [0, 0.8, 1]},
        "pr": {"recall": [0, 0.8, 1], "precision": [1, 0.6, 0.3333]},
    }


def _group(name: str, images: int, *, few: bool) -> dict:
    return {
        "group": name,
        "images": images,
        "patients": images // 2,
        "counts": {"covid": 10, "normal": images - 10, "infection": 0},
        **ranged("accuracy", 0.6),
        "macro_recall": 0.5,
        "macro_recall_interval": None,
        "recall": {"covid": 0.7, "normal": 0.5, "infection": None},
        "few": few,
    }


def comparison() -> dict:
    """A comparison.json in which chance explains one pair and not the other."""
    return {
        "schema": SCHEMA,
        "pairs": [
            _pair(["xception", "resnet50v2"], 9, 1, 0.021484),
            _pair(["xception", "vgg16"], 3, 4, 1.0),
        ],
        "map_agreement": [
            {"networks": ["xception", "vgg16"], "images": 20, **ranged("similarity", 0.02)}
        ],
    }


def _pair(networks: list, first: int, second: int, p: float) -> dict:
    return {
        "networks": networks,
        "images": IMAGES,
        "both_right": 15,
        "only_first": first,
        "only_second": second,
        "both_wrong": IMAGES - 15 - first - second,
        "p_value": p,
        **ranged("accuracy_difference", round((first - second) / IMAGES, 6), 0.2),
    }


def audit(*failed: str) -> dict:
    """An audit.json in which the checks ``failed`` have failed."""
    areas = {"map_area": 0.35, "random_area": 0.5, "difference_interval": [-0.2, -0.1]}
    curve = {"fractions": FRACTIONS, "map": [0.9, 0.3, 0.2], "random": [0.9, 0.6, 0.2], **areas}
    recalls = {"untouched": 0.8, "lungs_hidden": 0.41, "lungs_only": 0.7, "border_only": 0.37}
    return {
        "schema": SCHEMA,
        "images": 40,
        "patients": 22,
        "without_mask": 3,
        "conditions": [
            {
                "condition": name,
                "images": 40,
                **ranged("accuracy", round(recall + 0.02, 6)),
                **ranged("macro_recall", recall),
                **ranged("unchanged", round(recall + 0.1, 6)),
            }
            for name, recall in recalls.items()
        ],
        "chance": 0.333333,
        "majority": 0.5,
        "source_probe": {
            "sources": ["here", "there"],
            "images": 40,
            **ranged("balanced_accuracy", 0.66),
            "chance": 0.5,
        },
        "label_by_source": {
            "rows": [{"source": "here", "covid": 1200, "normal": 0, "infection": 7}],
            "cramers_v": 0.437,
        },
        "failed": list(failed),
        "maps": {
            "images": 20,
            "inside_lungs": {**ranged("share", 0.5), **ranged("lungs", 0.3, 0.01)},
            "deletion": curve,
            "insertion": curve,
            "randomised": [{"what": "head", "images": 20, **ranged("similarity", 0.1, 0.2)}],
        },
    }


def write_evidence_run(folder, *, failed=(), but=()) -> None:
    """Write the run folder.

    Args:
        folder: the run folder to make.
        failed: checks that the audit of every network fails.
        but: what is left out, as in an older run: keys of the report, names of files.
    """
    kept = {key: value for key, value in report().items() if key not in but}
    for name in ARCHITECTURES:
        (folder / name).mkdir(parents=True)
        write_json(folder / name / "report.json", kept)
        write_predictions(folder / name / "predictions.csv", but)
        (folder / name / "history.csv").write_text(
            "epoch,accuracy,val_accuracy,loss,val_loss\n1,0.5,0.4,0.9,1.0\n2,0.6,0.5,0.8,0.9\n"
        )
        for file in SERVING_FILES:
            if file not in but:
                (folder / name / file).write_bytes(b"no network: no page asks it")
        if AUDIT_FILE not in but:
            write_json(folder / name / AUDIT_FILE, audit(*failed))
        write_model_info(
            folder / name, ModelInfo(name, CLASS_NAMES, (1, 32, 32, 3), "layer", "drawn weights")
        )
    info = {"schema": SCHEMA, "created": "2026-01-01", "title": "Evidence"}
    if COMPARISON_FILE not in but:
        write_json(folder / COMPARISON_FILE, comparison())
        info["sha256"] = {COMPARISON_FILE: sha256_of(folder / COMPARISON_FILE)}
    write_json(folder / "run.json", info)


def write_predictions(path, but=()) -> None:
    """Write predictions.csv without the columns ``but``."""
    rows = [{k: v for k, v in row.items() if k not in but} for row in predictions()]
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
