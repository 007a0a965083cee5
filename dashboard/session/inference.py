"""The dashboard's only caching: what its pages ask of the serving package."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import streamlit as st

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.errors import CovidModelError
from covid_model.common.messages import Message
from covid_model.imaging.preprocessing import shrink
from covid_model.imaging.reader import read_radiograph
from covid_model.inference import lung_segmentation
from covid_model.inference.lung_segmentation import LungSegmenter
from covid_model.runs import sha256_of
from covid_model.serving.batch import classify
from covid_model.serving.classifier import Classifier
from covid_model.serving.diagnosis import CaseResult, combine_predictions
from covid_model.serving.lung_occlusion import LungOcclusion
from covid_model.serving.lung_occlusion import occlude_lungs as ask_without_lungs
from dashboard.session import results, state
from dashboard.session.uploads import Case

log = logging.getLogger(__name__)
UNFORESEEN = Message(
    "Something unforeseen stopped this file alone; the server's log says what. Export it again in "
    "another format, then add it once more."
)
PREVIEW_SIDE = 640  # pixels; a session keeps pictures no larger than they are drawn


@st.cache_resource(max_entries=len(ARCHITECTURES), show_spinner=False)
def _classifier(folder: str, digest: str) -> Classifier:
    """Load one network for all sessions; ``digest`` makes a retrained one load afresh."""
    return Classifier.load(folder)


@st.cache_resource(max_entries=1, show_spinner=False)
def _segmenter(folder: str, digest: str) -> LungSegmenter:
    """Load the lung segmenter for all sessions; ``digest`` makes a new one load afresh."""
    return LungSegmenter.load(Path(folder))


def has_result(case_key: str, folder: Path) -> bool:
    """Whether the network in ``folder`` was asked about a file of this session before."""
    return results.get((case_key, *_network(folder))) is not None


def classify_case(case_key: str, case: Case, folders: Sequence[Path]) -> CaseResult:
    """Return what the networks in ``folders`` say of one file; none is asked a second time.

    An error that nobody foresaw is logged, and refuses this one file.

    Raises:
        RunError: if a network cannot be loaded.
    """
    keys = [(case_key, *_network(folder)) for folder in folders]
    missing = [key for key in keys if results.get(key) is None]
    if missing:
        classifiers = [_classifier(*network) for _, *network in missing]
        whole = _with_preview(case_key, _classify(case, classifiers))
        answers = whole.predictions or [None] * len(missing)
        for key, prediction in zip(missing, answers, strict=True):
            alone = () if prediction is None else (prediction,)
            results.keep(key, replace(whole, predictions=alone))
    known = [results.get(key) for key in keys]
    unread = next((one for one in known if not one.predictions), None)
    return unread or combine_predictions(known[0].radiograph, [one.predictions[0] for one in known])


def _network(folder: Path) -> tuple[str, str]:
    return str(folder), sha256_of(folder / "model.json")


def _classify(case: Case, classifiers: Sequence[Classifier]) -> CaseResult:
    """Ask networks about one file, which is refused where something unforeseen stops that."""
    try:
        return classify(case, classifiers)
    except CovidModelError:
        raise
    except Exception:  # one file must not take the others with it
        log.exception("A file could not be classified, sha256 %s", case.sha256)
        return CaseResult(case.name, "refused", reason=UNFORESEEN)


def _with_preview(case_key: str, whole: CaseResult) -> CaseResult:
    """Shrink the picture to what is drawn, one copy a file, which bounds a session's memory."""
    if whole.radiograph is None:
        return whole
    small = results.get((case_key,))
    if small is None:
        pixels = shrink(whole.radiograph.pixels, side=PREVIEW_SIDE)
        small = replace(whole.radiograph, pixels=pixels)
        results.keep((case_key,), small)
    return replace(whole, radiograph=small)


def occlude_lungs(case_key: str, known: CaseResult, folder: Path) -> LungOcclusion | None:
    """Return what one network says of an answered file without its lungs, from the session.

    Args:
        case_key: of the file.
        known: what ``diagnosis`` gave for the network in ``folder`` alone.
        folder: of the network.

    Returns:
        None where no lung segmenter is shipped.

    Raises:
        RunError: if the segmenter or the network cannot be loaded.
    """
    if not lung_segmentation.segmenter_available():
        return None
    segmenter = (
        str(lung_segmentation.DEFAULT_FOLDER),
        sha256_of(lung_segmentation.DEFAULT_FOLDER / lung_segmentation.INFO_FILE),
    )
    network = _network(folder)
    key = (case_key, *segmenter, *network)
    found = results.get(key)
    if found is None:
        mask = _mask(case_key, known.radiograph.pixels, segmenter)
        found = ask_without_lungs(
            known.radiograph,
            mask,
            classifier=_classifier(*network),
            prediction=known.predictions[0],
        )
        results.keep(key, found)
    return found


def _mask(case_key: str, pixels: np.ndarray, segmenter: tuple[str, str]) -> np.ndarray | None:
    """Return the lungs of one file, found once for all networks."""
    key = (case_key, *segmenter)
    found = results.get(key)
    if found is None:
        found = (_segmenter(*segmenter).mask(pixels),)  # a tuple, as there may be no lungs
        results.keep(key, found)
    return found[0]


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
    found = results.get(key)
    if found is None:
        whole = read_radiograph(case.data, case.name, window=index).pixels
        found = shrink(whole, side=PREVIEW_SIDE)
        results.keep(key, found)
    return found
