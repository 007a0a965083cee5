"""Text that several pages share."""

import html
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from covid_model.common import paper
from covid_model.common.architectures import ARCHITECTURES, title_of
from covid_model.common.classes import TITLES
from covid_model.common.messages import Message, in_words
from covid_model.runs.model_card.markdown import as_text, raw_text
from covid_model.runs.notes import UNKNOWN, Split, unknown_sources
from dashboard.i18n.translate import t, written

NO_BREAK = "\u00a0"  # a space that no line ends at
NOTHING = "–"  # in place of a value that is undefined
STATUS = {
    "ok": Message("answer"),
    "uncertain": Message("can't\u00a0tell"),
    "refused": Message("refused"),
}
QUANTITIES = {"accuracy": Message("accuracy"), "loss": Message("loss")}
SPLIT_BY = {"patient": Message("patient"), "image": Message("image")}

EMPTY = Message("""
**Nothing to look at yet.** Drop one or more frontal chest radiographs anywhere on this page, or
try one of the samples below.

- DICOM files are read, also without a file ending, PNG, JPEG, TIFF, WebP, BMP and HEIC pictures,
  and whole studies as a zip.
- A file that cannot be read is listed with its reason; the others go on.
- Files stay in the memory of the computer that runs this page and are forgotten about a minute
  after the page is closed.
""")

SAMPLES = Message(
    "Or try a composite: an average of several training radiographs, no patient's image. "
    "Networks may still differ on it."
)
ON_PURPOSE = Message(
    "The last two are there on purpose: one shows a network that can't tell, one a refusal."
)
AGREEMENT_CAVEAT = Message(
    "Agreement is not proof: the networks learned from the same images and can share a mistake."
)


def no_run(root: Path) -> str:
    """Say how to get models into an empty runs folder."""
    return t(
        "No run with a model was found in `{root}`, so there is nothing to predict with. "
        "Train the networks on a folder that holds `metadata.csv` or one folder a class:",
        root=root,
    )


TRAIN_COMMAND = "python train_models.py --data DIR --weights imagenet"
REPORTS_ONLY = Message(
    "This run holds reports only: its model files were not kept, so it cannot predict. Classify "
    "and Compare use a run with models."
)


def said(words: str) -> str:
    """Say a ``Message`` in the visitor's language; leave a file's own words as they are."""
    return t(words) if isinstance(words, Message) else words


def plain(words: str) -> str:
    """Escape Markdown in words that come from a file, so that they show as they are."""
    return as_text(said(words))


def unplain(words: str) -> str:
    """Undo ``plain``, for a file that is no Markdown."""
    return raw_text(words)


def in_chart(words: str) -> str:
    """Escape the tags that Plotly takes in its texts, a link among them."""
    return html.escape(words, quote=False)


def steady(words: str, length: int = 18) -> str:
    """Break words into lines that no screen breaks further, so that a table's column stays wide."""
    return " ".join(line.replace(" ", NO_BREAK) for line in textwrap.wrap(words, length))


def percent(share: float | None, digits: int = 1) -> str:
    """Format a share of [0, 1] in percent, in one line; a dash where it is undefined."""
    return NOTHING if share is None else f"{written(100 * share, f'.{digits}f')}{NO_BREAK}%"


def percent_below(share: float, *limits: float) -> str:
    """Format a share in percent by as few decimals as tell it from 100 % and from its limits."""
    others = [100 * limit for limit in (1.0, *limits) if limit != share]
    apart = (n for n in range(4) if round(100 * share, n) not in [round(x, n) for x in others])
    return percent(share, next(apart, 4))


def titles() -> tuple[str, ...]:
    """The classes' titles in the visitor's language, in class order."""
    return tuple(t(title) for title in TITLES.values())


def capital(words: str) -> str:
    """Begin words with a capital letter."""
    return words[:1].upper() + words[1:]


def scores(probabilities: np.ndarray, *, measure: str = "score") -> str:
    """List the three scores in one line, for screen readers; ``measure`` is what they are."""
    pairs = zip(titles(), probabilities, strict=True)
    listed = ", ".join(f"{title} {percent(float(value))}" for title, value in pairs)
    return t("{measure} of each class: {listed}", measure=capital(t(measure)), listed=listed)


def confusion(matrix: Sequence[Sequence[int]]) -> str:
    """Put a confusion matrix into words, for screen readers."""
    lines = [t("Confusion matrix.")]
    for row, truth in zip(matrix, titles(), strict=True):
        cells = zip(row, titles(), strict=True)
        listed = ", ".join(t("{count:,} as {title}", count=n, title=title) for n, title in cells)
        lines.append(
            t("Of {count:,} {truth}: {listed}.", count=sum(row), truth=truth, listed=listed)
        )
    return " ".join(lines)


def history(rows: Sequence[Mapping[str, float]], quantity: str) -> str:
    """Say where a training curve ends, for screen readers."""
    return t(
        "{quantity} over {epochs} epochs; at the end {training:.3f} in training and "
        "{validation:.3f} in validation",
        quantity=capital(t(QUANTITIES[quantity])),
        epochs=len(rows),
        training=rows[-1][quantity],
        validation=rows[-1][f"val_{quantity}"],
    )


def fitted_at_once(row: Mapping[str, float]) -> str:
    """Say what the only step of a training came to, in place of curves of one point."""
    return t(
        "Fitted in one step: accuracy {training} on the training images, {validation} on the "
        "validation images.",
        training=percent(row["accuracy"]),
        validation=percent(row["val_accuracy"]),
    )


def networks(reports: Mapping[str, Mapping[str, Any]]) -> str:
    """List each network's accuracy, for screen readers."""
    listed = ", ".join(
        f"{t(title_of(name))} {percent(report['accuracy'])}" for name, report in reports.items()
    )
    return t("Accuracy: {listed}", listed=listed)


def paper_note() -> str:
    """Say what the paper's figures rest on, with the counts that its notebooks give."""
    counts = "; ".join(
        f"{ARCHITECTURES[name]} {_right_of(result.correct)}"
        for name, result in paper.RESULTS.items()
        if result.correct
    )
    return t(
        "The paper's figures are of {images} images, split by image, with ImageNet weights in the "
        "convolutions; one image is {points:.1f} percentage points. Named correctly there: "
        "{counts}.",
        images=paper.TEST_IMAGES,
        points=100 / paper.TEST_IMAGES,
        counts=counts,
    )


def _right_of(correct: Mapping[str, tuple[int, int]]) -> str:
    return ", ".join(
        t("{title} {right} of {images}", title=TITLES[name], right=right, images=images)
        for name, (right, images) in correct.items()
    )


def agreement(predicted: Mapping[str, str]) -> str:
    """Say in words which networks give the same class.

    Args:
        predicted: architecture -> class name.
    """
    groups: dict[Message, list[str]] = {}
    for architecture, name in predicted.items():
        groups.setdefault(TITLES[name], []).append(ARCHITECTURES[architecture])
    if len(predicted) == 1:
        return t("Only one network is in this run, so there is no agreement to judge.")
    if len(groups) == 1:
        (name,) = groups
        return t("Agreement: all {count} networks say {name}.", count=len(predicted), name=name)
    listed = "; ".join(
        t("{network} says {name}", network=members[0], name=name)
        if len(members) == 1
        else t("{networks} say {name}", networks=in_words(members), name=name)
        for name, members in groups.items()
    )
    if len(groups) == len(predicted):
        return t("No agreement: {listed}.", listed=listed)
    return t("Partial agreement: {listed}.", listed=listed)


def split_note(data: Mapping[str, Any]) -> tuple[str, bool]:
    """Say how a run's data was split, with whether patients stand on both sides of the test.

    Args:
        data: the "data" part of ``run.json``.
    """
    split, by = Split.of(data), str(data.get("split_by"))
    note = t(split.value.page, by=SPLIT_BY.get(by) or plain(by), shared=data.get("shared_patients"))
    if sources := unknown_sources(data):
        note += " " + t(UNKNOWN.page, sources=plain(sources))
    return note, split is Split.SHARED


KINDS = {
    **STATUS,
    "uncalibrated": Message("not\u00a0calibrated"),
    "hidden": Message("not read yet"),
    "waiting": Message("waiting"),
}


def of_kind(kind: str) -> str:
    """Name the outcome of one file, or why none is shown."""
    return t(KINDS[kind])


def counted(kind: str, count: int) -> str:
    """Say how many files have an outcome."""
    if kind == "ok":
        return t("1 answer") if count == 1 else t("{count} answers", count=count)
    return {
        "uncalibrated": t("{count} not calibrated", count=count),
        "uncertain": t("{count} can't tell", count=count),
        "refused": t("{count} refused", count=count),
        "hidden": t("{count} not read yet", count=count),
        "waiting": t("{count} waiting", count=count),
    }[kind]
