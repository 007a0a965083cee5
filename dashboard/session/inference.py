"""Cached inference: networks for all sessions, results for one."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import streamlit as st

from covid_model.common.architectures import ARCHITECTURES
from covid_model.imaging.archives import Source
from covid_model.imaging.dicom.levels import Levels
from covid_model.imaging.formats import kind_of
from covid_model.imaging.preprocessing import shrink
from covid_model.imaging.radiograph import Radiograph
from covid_model.imaging.reader import read_levels, read_radiograph
from covid_model.inference import lung_segmentation
from covid_model.inference.lung_segmentation import LungSegmenter
from covid_model.runs import sha256_of
from covid_model.serving.batch import classify
from covid_model.serving.classifier import Classifier
from covid_model.serving.diagnosis import CaseResult, combine_predictions
from covid_model.serving.lung_occlusion import LungOcclusion
from covid_model.serving.lung_occlusion import occlude_lungs as occlude_lungs_uncached
from covid_model.serving.together import Together
from dashboard.session import cases, profile, results, state, turns
from dashboard.session.uploads import Case

PREVIEW_SIDE = 640  # pixels; a session keeps pictures no larger than they are drawn


@st.cache_resource(max_entries=len(ARCHITECTURES), show_spinner=False)
def _classifier(folder: str, digest: str) -> Classifier:
    """Load one network for all sessions; ``digest`` makes a retrained one load afresh."""
    return Classifier.load(folder, threads=turns.CORES)


@st.cache_resource(max_entries=1, show_spinner=False)
def _segmenter(folder: str, digest: str) -> LungSegmenter:
    """Load the lung segmenter for all sessions; ``digest`` makes a new one load afresh."""
    return LungSegmenter.load(Path(folder))


def load(folder: Path) -> None:
    """Load a network for all sessions, with the segmenter where it is shipped.

    Raises:
        RunError: if the network or the segmenter cannot be loaded.
    """
    network(folder)
    if lung_segmentation.segmenter_available():
        _segmenter(*_segmenter_key())


def has_result(case_key: str, folder: Path) -> bool:
    """Whether the network in ``folder`` classified a file of this session before."""
    return results.get((case_key, *_asked(folder))) is not None


def classify_case(
    case_key: str,
    case: Case,
    folders: Sequence[Path],
    together: Together | None = None,
    waiting: Callable[[int], None] | None = None,
) -> CaseResult:
    """Return the result of the networks in ``folders`` for one file; none runs a second time.

    An unforeseen error is logged, and refuses this one file.

    Args:
        case_key: of the file.
        case: the file.
        folders: of the networks.
        together: the mean of their run's networks, None where it has none.
        waiting: tells the visitor how many others come before, as of ``turns.turn``.

    Raises:
        RunError: if a network cannot be loaded.
    """
    keys = [(case_key, *_asked(folder)) for folder in folders]
    missing = [key for key in keys if results.get(key) is None]
    if missing:
        with turns.turn(waiting):
            classifiers = [classifier_of(Path(folder)) for _, folder, *_ in missing]
            source = Source.whole(case.name, case.load)
            joint = _with_preview(case_key, classify(source, classifiers))
        for place, key in enumerate(missing):  # no prediction where the file was refused
            own = joint.predictions[place : place + 1]
            results.store(key, replace(joint, predictions=own))
    by_network: list[CaseResult] = [results.get(key) for key in keys]
    unread = next((result for result in by_network if not result.predictions), None)
    return unread or combine_predictions(
        results.radiograph_of(by_network[0]),
        [result.predictions[0] for result in by_network],
        together,
    )


def _network(folder: Path) -> tuple[str, str]:
    return str(folder), sha256_of(folder / "model.json")


def _asked(folder: Path) -> tuple[str, ...]:
    """What tells one answer of a network from another: the network, then the profile's digest."""
    used = profile.used(folder.parent)
    return *_network(folder), *([used.digest] if used else [])


def network(folder: Path) -> Classifier:
    """Return the network in a folder as its run serves it, without any profile.

    Raises:
        RunError: if it cannot be loaded.
    """
    return _classifier(*_network(folder))


def classifier_of(folder: Path) -> Classifier:
    """Return the network in a folder as it answers in this session: by a profile where one is used.

    Raises:
        RunError: if it cannot be loaded.
    """
    served, used = network(folder), profile.used(folder.parent)
    return served.adjusted(used) if used else served


def _segmenter_key() -> tuple[str, str]:
    folder = lung_segmentation.DEFAULT_FOLDER
    return str(folder), sha256_of(folder / lung_segmentation.INFO_FILE)


def _with_preview(case_key: str, result: CaseResult) -> CaseResult:
    """Shrink the picture to what is drawn, one copy a file, which bounds a session's memory."""
    if result.radiograph is None:
        return result
    preview = results.get((case_key,))
    if preview is None:
        pixels = shrink(result.radiograph.pixels, side=PREVIEW_SIDE)
        preview = replace(result.radiograph, pixels=pixels)
        results.store((case_key,), preview)
    return replace(result, radiograph=preview)


def refused_picture(case_key: str, case: Case) -> Radiograph | None:
    """Return the picture of a DICOM file that its header alone refuses, as large as it is drawn.

    Args:
        case_key: of the file.
        case: the file, a lateral view, a CT slice or another body part.

    Returns:
        None where no picture of it can be read, which an unforeseen error counts as.
    """
    if kind_of(case.data) != "DICOM":
        return None
    key = (case_key, "refused picture")
    stored = results.get(key)
    if stored is None:
        try:
            with turns.turn():
                radiograph = read_radiograph(
                    case.data, case.name, any_view=True, least=PREVIEW_SIDE
                )
                pixels = shrink(radiograph.pixels, side=PREVIEW_SIDE)
            stored = (replace(radiograph, pixels=pixels),)
        except Exception:  # the reason of the refusal is shown all the same
            stored = (None,)
        results.store(key, stored)
    return stored[0]


def occlude_lungs(case_key: str, result: CaseResult, folder: Path) -> LungOcclusion | None:
    """Return one network's answer to a file with its lungs hidden, computed once a session.

    Args:
        case_key: of the file.
        result: of ``classify_case`` for the network in ``folder`` alone.
        folder: of the network.

    Returns:
        None where no lung segmenter is shipped.

    Raises:
        RunError: if the segmenter or the network cannot be loaded.
    """
    if not lung_segmentation.segmenter_available():
        return None
    segmenter = _segmenter_key()
    key = (case_key, *segmenter, *_asked(folder))
    occlusion = results.get(key)
    if occlusion is None:
        radiograph = results.radiograph_of(result)
        with turns.turn(delay=turns.AFTER_ANSWERS):
            mask = _mask(case_key, radiograph.pixels, segmenter)
            occlusion = occlude_lungs_uncached(
                radiograph,
                mask,
                classifier=classifier_of(folder),
                prediction=result.predictions[0],
            )
        results.store(key, occlusion)
    return occlusion


def _mask(case_key: str, pixels: np.ndarray, segmenter: tuple[str, str]) -> np.ndarray | None:
    """Return the lungs of one file, segmented once for all networks."""
    key = (case_key, *segmenter)
    stored = results.get(key)
    if stored is None:
        stored = (_segmenter(*segmenter).mask(pixels),)  # a tuple, as there may be no lungs
        results.store(key, stored)
    return stored[0]


def in_window(case_key: str, case: Case, index: int) -> np.ndarray:
    """Return a DICOM file's picture in one of its windows, as large as it is drawn.

    Args:
        case_key: of the file.
        case: the file, which was read before.
        index: of the window.

    Returns:
        float32 (H, W), range [0, 1].
    """
    key = (case_key, state.WINDOW, str(index))
    preview = results.get(key)
    if preview is None:
        with turns.turn():
            radiograph = read_radiograph(case.data, case.name, window=index, least=PREVIEW_SIDE)
            preview = shrink(radiograph.pixels, side=PREVIEW_SIDE)
        results.store(key, preview)
    return preview


def preview(case_key: str) -> Radiograph | None:
    """Return a file's radiograph as large as it is drawn, None where it was not read yet."""
    return results.get((case_key,))


def levels_of(sha256: str, *, window: int) -> Levels | None:
    """Decode a file of this session again, with every grey level; nothing of it is kept.

    Args:
        sha256: of the file's bytes.
        window: index of one of its windows.

    Returns:
        None where the session has no such file.

    Raises:
        RadiographError: if the file can no longer be read.
    """
    for case in cases.by_key().values():
        if case.sha256 == sha256:
            return read_levels(case.load(), window=window)
    return None
