"""The words of the dashboard, so that the same thing is said the same way on every page."""

import re
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from covid_model import paper
from covid_model.classes import TITLES
from covid_model.runs import ARCHITECTURES
from covid_model.sentence import in_words
from dashboard.language import written

NO_BREAK = "\u00a0"  # a space that no line ends at
STATUS = {"ok": "answer", "uncertain": f"can't{NO_BREAK}tell", "refused": "refused"}
PREDICTED = "predicted"  # the map of whichever class the network predicts
MAP_CHOICES = {PREDICTED: "Predicted class", **TITLES}

EMPTY = """
**Nothing to look at yet.** Drop one or more frontal chest radiographs into the box, or try one of
the samples below it.

- PNG, JPEG and DICOM files are read, DICOM also without a file ending.
- A file that cannot be read is listed with its reason; the others go on.
- Files stay in the memory of the computer that runs this page and are forgotten with the session.
"""

SAMPLES = (
    "Or try a composite: the average of many training radiographs of one class, no patient's image."
)
MAP_HELP = (
    "Grad-CAM: where the network's last feature maps raised the score of the chosen class. "
    "Yellow is the strongest, scaled to each map's own maximum; opacity 0 shows the radiograph "
    "alone. An area of attention is no finding and no proof that the reason was a right one."
)
AGREEMENT_CAVEAT = (
    "Agreement is not proof: the networks learned from the same images and can share a mistake."
)


def no_run(root: Path) -> str:
    """Say how to get models into an empty runs folder."""
    return (
        f"No run with a model was found in `{root}`, so there is nothing to predict with. "
        "Train the three networks on a folder that holds `metadata.csv` or one folder a class:"
    )


TRAIN_COMMAND = "python train_models.py --data DIR --weights imagenet"
REPORTS_ONLY = (
    "This run holds reports only: its model files were not kept, so it cannot predict. Classify "
    "and Compare use a run with models."
)


def plain(words: str) -> str:
    """Escape Markdown in words that come from a file, so that they show as they are."""
    return re.sub(r"([\\`*_\[\]<>$~|#])", r"\\\1", words)


def unplain(words: str) -> str:
    """Undo ``plain``, for a file that is no Markdown."""
    return re.sub(r"\\([\\`*_\[\]<>$~|#])", r"\1", words)


def short(name: str, length: int = 28) -> str:
    """Cut the middle out of a long file name, so that a table keeps its other columns in view."""
    half = length // 2
    return name if len(name) <= length else f"{name[:half]}…{name[-half:]}"


def steady(words: str, length: int = 18) -> str:
    """Break words into lines that no screen breaks further, so that a table's column stays wide."""
    return " ".join(line.replace(" ", NO_BREAK) for line in textwrap.wrap(words, length))


def percent(share: float | None, digits: int = 1) -> str:
    """Format a share of [0, 1] in percent, in one line; a dash where it is undefined."""
    return "–" if share is None else f"{written(100 * share, f'.{digits}f')}{NO_BREAK}%"


def scores(probabilities: np.ndarray, *, measure: str = "score") -> str:
    """List the three scores in one line, for screen readers; ``measure`` is what they are."""
    pairs = zip(TITLES.values(), probabilities, strict=True)
    return f"{measure.capitalize()} of each class: " + ", ".join(
        f"{title} {percent(float(value))}" for title, value in pairs
    )


def confusion(matrix: Sequence[Sequence[int]]) -> str:
    """Put a confusion matrix into words, for screen readers."""
    return "Confusion matrix. " + " ".join(
        f"Of {sum(row)} {truth}: "
        + ", ".join(f"{n} as {title}" for n, title in zip(row, TITLES.values(), strict=True))
        + "."
        for row, truth in zip(matrix, TITLES.values(), strict=True)
    )


def history(rows: Sequence[Mapping[str, float]], quantity: str) -> str:
    """Say where a training curve ends, for screen readers."""
    last = rows[-1]
    return (
        f"{quantity.capitalize()} over {len(rows)} epochs; at the end {last[quantity]:.3f} in "
        f"training and {last[f'val_{quantity}']:.3f} in validation"
    )


def networks(reports: Mapping[str, Mapping[str, float]]) -> str:
    """List each network's accuracy, for screen readers."""
    return "Accuracy: " + ", ".join(
        f"{ARCHITECTURES[name]} {percent(report['accuracy'])}" for name, report in reports.items()
    )


def paper_note() -> str:
    """Say what the paper's figures rest on, with the counts that its notebooks give."""
    counts = "; ".join(
        f"{ARCHITECTURES[name]} "
        + ", ".join(f"{TITLES[key]} {right} of {n}" for key, (right, n) in result.correct.items())
        for name, result in paper.RESULTS.items()
        if result.correct
    )
    return (
        f"The paper's figures are of {paper.TEST_IMAGES} images, split by image, with ImageNet "
        f"weights in the convolutions; one image is {100 / paper.TEST_IMAGES:.1f} percentage "
        f"points. Named correctly there: {counts}."
    )


def agreement(predicted: Mapping[str, str]) -> str:
    """Say in words which networks give the same class.

    Args:
        predicted: architecture -> class name.
    """
    groups: dict[str, list[str]] = {}
    for architecture, name in predicted.items():
        groups.setdefault(TITLES[name], []).append(ARCHITECTURES[architecture])
    if len(predicted) == 1:
        return "Only one network is in this run, so there is no agreement to judge."
    if len(groups) == 1:
        return f"Agreement: all {len(predicted)} networks say {next(iter(groups))}."
    listed = "; ".join(
        f"{in_words(names)} {'says' if len(names) == 1 else 'say'} {title}"
        for title, names in groups.items()
    )
    kind = "No agreement" if len(groups) == len(predicted) else "Partial agreement"
    return f"{kind}: {listed}."


def split_note(data: Mapping[str, object]) -> tuple[str, bool]:
    """Say how a run's data was split, with whether patients stand on both sides of the test.

    Args:
        data: the "data" part of ``run.json``.
    """
    by, shared = data.get("split_by"), data.get("shared_patients")
    if by is None:
        return "How the images were split is not on record.", False
    if shared is None:
        return f"Split by {by}. The images do not say which patient they show.", False
    if not shared:
        return f"Split by {by}: no patient stands both in the test part and outside it.", False
    return (
        f"Split by {by}: {shared} patients stand both in the test part and outside it. A network "
        "can recognise a patient, so these figures flatter it.",
        True,
    )
