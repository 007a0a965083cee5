"""View position, frontal or lateral, by a DICOM header."""

import re
import unicodedata

from pydicom import Dataset

from covid_model.common.messages import Message

FRONTAL_VIEWS = frozenset({"AP", "PA"})
NOT_FRONTAL = frozenset({"LL", "RL", "LLAT", "RLAT", "LAT", "LATERAL", "LLO", "RLO"})
# DICOM context group 4010, by SNOMED CT with the older SNOMED RT codes.
FRONTAL_CODES = {
    "399348003": "AP", "R-10206": "AP", "272479007": "PA", "R-40888": "PA", "R-10214": "PA",
}  # fmt: skip
LATERAL_CODES = frozenset({
    "399198007", "399173006", "399067008", "R-10232", "R-10236", "R-102CD", "R-10228",
})  # fmt: skip
# Whole words, without accents, in English, Portuguese, Spanish, French, Italian and German.
FRONTAL_WORDS = frozenset({
    "AP", "PA", "ANTEROPOSTERIOR", "POSTEROANTERIOR", "ANTERO", "POSTERO", "FACE", "FRENTE",
    "FRONT", "FRONTAL", "FRONTALE", "FRONTALIS",
})  # fmt: skip
LATERAL_WORDS = frozenset({
    "LAT", "LATERAL", "LATERALE", "LATERALIS", "LATEROLATERAL", "LLAT", "RLAT", "SEITLICH",
})  # fmt: skip
PROFILE_WORDS = frozenset({"PERFIL", "PROFIL", "PROFILO"})  # lateral where they speak of a chest
CHEST_WORDS = frozenset({"CHEST", "THORAX", "TORAX", "TORACE", "POUMON", "POUMONS", "PULMAO"})
DECUBITUS = ("DECUB", "DEKUB")  # the patient lies on the side: the picture may well be frontal
AXES = {"A": "depth", "P": "depth", "H": "height", "F": "height"}
# Of one picture or its series alone: a study's description may name the views of several.
TEXTS = {
    "SeriesDescription": Message("series description"),
    "ProtocolName": Message("protocol name"),
    "AcquisitionDeviceProcessingDescription": Message("processing description"),
}


def view_of(dataset: Dataset) -> str:
    """Return "AP", "PA" or another known view position, "" where the header names none."""
    position = str(dataset.get("ViewPosition") or "").strip().upper()
    if position in FRONTAL_VIEWS | NOT_FRONTAL:
        return position
    return next((FRONTAL_CODES[code] for code in _codes(dataset) if code in FRONTAL_CODES), "")


def lateral_by(dataset: Dataset) -> Message | None:
    """Name the part of the header that tells a lateral view, None where it may be a frontal one.

    A view position or code that names a frontal view is believed. Texts count where they name a
    lateral view alone while none names a frontal one alone; "chest PA and lateral" names neither.
    """
    position = _view_named_by(str(dataset.get("ViewPosition") or ""))
    if position == "lateral":
        return Message("view position")
    if position == "frontal" or view_of(dataset) in FRONTAL_VIEWS:
        return None
    if any(code in LATERAL_CODES for code in _codes(dataset)):
        return Message("view code")
    views = {keyword: _view_named_by(str(dataset.get(keyword) or "")) for keyword in TEXTS}
    if "frontal" in views.values():
        return None
    texts = (where for keyword, where in TEXTS.items() if views[keyword] == "lateral")
    return next(texts, None) or _sagittal(dataset)


def _view_named_by(text: str) -> str:
    """Return "lateral" or "frontal" where a text names that view alone, else ""."""
    plain = unicodedata.normalize("NFKD", text.upper()).encode("ascii", "ignore").decode()
    words = set(re.findall("[A-Z]+", re.sub(r"\b([A-Z])\.", r"\1", plain)))  # P.A. is PA
    if any(word.startswith(DECUBITUS) for word in words):
        return ""
    frontal = bool(words & FRONTAL_WORDS)
    lateral = bool(words & LATERAL_WORDS)
    if words & PROFILE_WORDS:
        lateral = lateral or bool(words & CHEST_WORDS) or len(words) == 1
    if frontal == lateral:
        return ""
    return "frontal" if frontal else "lateral"


def _sagittal(dataset: Dataset) -> Message | None:
    """Judge by the directions of rows and columns: front or back with head or foot is lateral."""
    stated = dataset.get("PatientOrientation") or ()
    directions = () if isinstance(stated, str) else stated  # one alone is not both
    axes = {AXES.get(str(direction).strip().upper(), "") for direction in directions}
    return Message("patient orientation") if axes == {"depth", "height"} else None


def _codes(dataset: Dataset) -> list[str]:
    return [str(item.get("CodeValue") or "") for item in dataset.get("ViewCodeSequence") or ()]
