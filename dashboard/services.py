"""The dashboard's only caching: what its pages ask of the serving package."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import streamlit as st

from covid_model.classes import CLASSES
from covid_model.preprocessing import shrink
from covid_model.runs import ARCHITECTURES, DEFAULT_ROOT, sha256_of
from covid_model.serving.classifier import Classifier
from covid_model.serving.diagnose import Diagnosis, diagnose
from dashboard import state

SAMPLES_FOLDER = DEFAULT_ROOT.parent / "samples"
PREVIEW_SIDE = 640  # pixels; a session keeps pictures no larger than they are drawn


@st.cache_resource(max_entries=len(ARCHITECTURES), show_spinner="Loading the network")
def _classifier(folder: str, digest: str) -> Classifier:
    """Load one network for all sessions; ``digest`` makes a retrained one load afresh."""
    return Classifier.load(folder)


def diagnosis(case_key: str, case: state.Case, folders: Sequence[Path]) -> Diagnosis:
    """Return what the networks in ``folders`` say of one file, from the session when it is known.

    Raises:
        RunError: if a network cannot be loaded.
    """
    networks = [(str(folder), sha256_of(folder / "model.json")) for folder in folders]
    key = (case_key, *(part for network in networks for part in network))
    known = state.result(key)
    if known is None:
        known = _reduced(diagnose(case.data, case.name, [_classifier(*net) for net in networks]))
        state.keep_result(key, known)
    return known


def _reduced(whole: Diagnosis) -> Diagnosis:
    """Shrink the picture to what is drawn, so that a session's memory stays bounded."""
    if whole.radiograph is None:
        return whole
    small = shrink(whole.radiograph.pixels, side=PREVIEW_SIDE)
    return replace(whole, radiograph=replace(whole.radiograph, pixels=small))


def samples() -> dict[str, state.Case]:
    """Return the composite samples that are there by class title, in class order."""
    try:
        listed = json.loads((SAMPLES_FOLDER / "samples.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    found = {}
    for info in CLASSES:
        entry = listed.get(info.name, {})
        path = SAMPLES_FOLDER / entry.get("file", "")
        if path.is_file():
            found[info.title] = state.Case(
                name=f"{info.title} sample",
                data=path.read_bytes(),
                sample=entry.get("note") or "Composite, no patient's image.",
            )
    return found
