"""Networks asked about the radiographs of a hospital, with the lungs hidden for some."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from covid_model.common.architectures import TOGETHER
from covid_model.data.hospital.reading import JUDGED, REFUSED, Hospital
from covid_model.data.hospital.reading import UNLABELLED as WITHOUT_TRUTH
from covid_model.data.sampling import balanced_rows
from covid_model.evaluation.comparison.hospital import AUDIT, PREDICTIONS, UNLABELLED
from covid_model.evaluation.report import predictions_table
from covid_model.evaluation.shortcut_audit import hidden_lungs
from covid_model.evaluation.tables import shared_novelty, table_bytes
from covid_model.serving import batch
from covid_model.serving.decision import looks_lateral
from covid_model.serving.lung_occlusion import LungOcclusion, available_segmenter, occlude_lungs
from covid_model.serving.together import NO_MAP

if TYPE_CHECKING:
    from covid_model.serving import CaseResult, Classifier, Prediction, Together

    Networks = tuple[list[Classifier], Together | None]


@dataclass
class Asked:
    """What the networks say.

    Attributes:
        rows: of the hospital's frame that were read as frontal radiographs.
        predictions: of each of them, one a network and one of their mean.
        hidden: (row, network, prediction with the lungs hidden, share of its map inside the lungs,
            share of the image that these cover), the shares None for the mean.
        refusals: reason -> how many files.
    """

    rows: list[int] = field(default_factory=list)
    predictions: "list[tuple[Prediction, ...]]" = field(default_factory=list)
    hidden: "list[tuple[int, str, Prediction, float | None, float | None]]" = field(
        default_factory=list
    )
    refusals: Counter[str] = field(default_factory=Counter)


def ask(hospital: Hospital, networks: "Networks", asked: Asked, *, audit: int) -> Iterator[int]:
    """Ask the networks about every image; say in ``hospital.files`` of which they cannot tell.

    An image that is novel stays, as in the figures of a run, and counts as not answered; what
    cannot be read, holds two films or looks like a lateral view does not.

    Args:
        hospital: the images.
        networks: of a run.
        asked: takes what they say, image by image.
        audit: how many of those with a truth are asked about with the lungs hidden too, at most.

    Yields:
        How many images are done, after each.
    """
    frame = hospital.frame
    segmenter = available_segmenter() if audit else None
    labelled = np.flatnonzero(frame["label"].notna())
    drawn = balanced_rows(frame["label"].iloc[labelled].tolist(), at_most=audit)
    with_lungs = set(labelled[drawn].tolist()) if segmenter else set()
    for row, path in enumerate(frame["path"]):
        result = batch.classify(hospital.listing.source(path), *networks)
        if _frontal(result, networks[1]):
            asked.rows.append(row)
            asked.predictions.append(tuple(map(_without_map, result.reported)))
            if segmenter and row in with_lungs and result.radiograph is not None:
                mask = segmenter.mask(result.radiograph.pixels)
                asked.hidden += [] if mask is None else _hidden(row, result, networks, mask)
        else:
            here = hospital.files["path"] == path
            judged = here & hospital.files["status"].isin((JUDGED, WITHOUT_TRUTH))
            hospital.files.loc[judged, ["status", "reason"]] = [REFUSED, str(result.reason)]
            asked.refusals[result.reason] += 1
        yield row + 1


def _without_map(prediction: "Prediction") -> "Prediction":
    """A prediction that holds no picture: of a thousand images the maps are a gigabyte."""
    return replace(prediction, heatmaps=NO_MAP)


def _frontal(result: "CaseResult", together: "Together | None") -> bool:
    heard = together.of(result.predictions) if together else result.predictions
    return bool(result.predictions) and not looks_lateral(heard)


def _hidden(
    row: int, result: "CaseResult", networks: "Networks", mask: np.ndarray
) -> "list[tuple[int, str, Prediction, float | None, float | None]]":
    """What each network says with the lungs hidden, then all together."""
    classifiers, together = networks
    occluded: list[LungOcclusion] = [
        occlude_lungs(result.radiograph, mask, classifier=classifier, prediction=prediction)
        for classifier, prediction in zip(classifiers, result.predictions, strict=True)
        if result.radiograph is not None
    ]
    rows: list[tuple[int, str, Prediction, float | None, float | None]] = [
        (
            *(row, one.hidden.model, _without_map(one.hidden)),
            *(one.inside[one.prediction.predicted], one.lungs),
        )
        for one in occluded
        if one.hidden is not None
    ]
    joint = together.prediction([hidden for _, _, hidden, _, _ in rows]) if together else None
    return [*rows, *([(row, TOGETHER, joint, None, None)] if joint else [])]


def tables_of(hospital: Hospital, asked: Asked, *, members: Sequence[str] = ()) -> dict[str, bytes]:
    """The tables of each network that was asked, by their paths in an evaluation.

    Args:
        hospital: the images.
        asked: what the networks say.
        members: the networks whose mean decides, none where the run has no mean.
    """
    frame = hospital.frame.iloc[asked.rows].reset_index(drop=True)
    place = {row: number for number, row in enumerate(asked.rows)}
    labelled = frame["label"].notna().to_numpy()
    frame["label"] = frame["label"].fillna("")
    files: dict[str, bytes] = {}
    novelties: dict[str, list[float | None]] = {}
    names = [prediction.model for prediction in asked.predictions[0]] if asked.predictions else []
    for number, name in enumerate(names):
        said = [each[number] for each in asked.predictions]
        table = predictions_table(frame, np.stack([one.probabilities for one in said]))
        novelties[name] = [one.novelty for one in said]
        if name == TOGETHER:
            novelties[name] = _shared([novelties[member] for member in members])
        if None not in novelties[name]:
            table["novelty"] = novelties[name]
        files[f"{name}/{PREDICTIONS}"] = table_bytes(table[labelled])
        if not labelled.all():
            files[f"{name}/{UNLABELLED}"] = table_bytes(table[~labelled])
        hidden = [one for one in asked.hidden if one[1] == name]
        if hidden:
            rows, _, occluded, inside, lungs = zip(*hidden, strict=True)
            untouched = table.iloc[[place[row] for row in rows]]
            shares = {"inside": np.array(inside, float), "lungs": np.array(lungs, float)}
            probabilities = np.stack([one.probabilities for one in occluded])
            shares = {} if name == TOGETHER else shares
            audited = hidden_lungs(untouched, probabilities, shares)
            files[f"{name}/{AUDIT}"] = table_bytes(audited)
    return files


def _shared(novelties: Sequence[Sequence[float | None]]) -> list[float | None]:
    """The novelty of the networks together; None where one cannot tell."""
    known = [[value for value in each if value is not None] for each in novelties]
    if any(len(some) < len(all_) for some, all_ in zip(known, novelties, strict=True)):
        return [None]
    return list(shared_novelty(known))
