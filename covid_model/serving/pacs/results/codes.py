"""Codes of the structured report: DICOM's and SNOMED CT's where they exist, else our own."""

from typing import TYPE_CHECKING

from covid_model.common.classes import TITLES

if TYPE_CHECKING:
    from highdicom.sr import CodedConcept

SCHEME = "99COVIDXRAY"  # a private one, as "99" says (PS3.16 section 8)
# SNOMED CT, by class.
FINDINGS = {
    "covid": ("840539006", "SCT", "COVID-19"),
    "normal": ("17621005", "SCT", "Normal"),
    "infection": ("128601007", "SCT", "Infectious disease of lung"),
}
INDETERMINATE = ("82334004", "SCT", "Indeterminate")
REFUSED = ("refused", SCHEME, "Refused: no class is named")
OUTCOME = ("outcome", SCHEME, "What the networks say")
CALIBRATED = ("calibrated", SCHEME, "Calibrated probability")
NOVELTY = ("novelty", SCHEME, "Novelty: distance from the radiographs known, limit 1")
COMMENT = ("121106", "DCM", "Comment")
NO_UNITS = ("1", "UCUM", "no units")
TITLE = ("126000", "DCM", "Imaging Measurement Report")
PROCEDURE = ("399208008", "SCT", "Plain X-ray of chest")


def concept(code: tuple[str, str, str]) -> "CodedConcept":
    """Return a code (value, scheme, meaning) as highdicom takes it."""
    from highdicom.sr import CodedConcept

    value, scheme, meaning = code
    return CodedConcept(value=value, scheme_designator=scheme, meaning=meaning)


def probability_of(name: str, *, calibrated: bool) -> tuple[str, str, str]:
    """Return the code of a class's calibrated probability, or of its score."""
    kind = "Calibrated probability" if calibrated else "Score, not calibrated,"
    return f"{'probability' if calibrated else 'score'}-{name}", SCHEME, f"{kind} of {TITLES[name]}"
