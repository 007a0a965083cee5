"""DICOM metadata that may be shown: never a name, an ID or free text."""

import math
import re
from datetime import date

from pydicom import Dataset

from covid_model.common.messages import Message
from covid_model.imaging.dicom.checks import MODALITIES, code, one_of
from covid_model.imaging.dicom.levels import Spacing
from covid_model.imaging.dicom.modality import decimals
from covid_model.imaging.dicom.pixels.layout import PHOTOMETRIC
from covid_model.imaging.dicom.view_position import view_of

CHEST = frozenset({"CHEST", "LUNG", "LUNGS", "THORAX", "TORAX"})
SEXES = frozenset({"F", "M", "O"})
AGES = {  # by the unit of an age string: one of it, several
    "D": (Message("1 day"), Message("{count} days")),
    "W": (Message("1 week"), Message("{count} weeks")),
    "M": (Message("1 month"), Message("{count} months")),
    "Y": (Message("1 year"), Message("{count} years")),
}
OLDEST = 130  # years; beyond, an age or a date is wrong
FINEST, COARSEST = 0.01, 5.0  # mm from pixel to pixel; beyond, a spacing is in another unit
HIGHEST = 1000  # kV, above any X-ray tube's; beyond, devices wrote volts


def details_of(dataset: Dataset) -> dict[str, str]:
    """Return view, age, sex, exposure ... as far as known; what is in words is a sentence."""
    details = {
        Message("Modality"): one_of(dataset, "Modality", MODALITIES),
        Message("View"): view_of(dataset),
        Message("Body part"): one_of(dataset, "BodyPartExamined", CHEST),
        Message("Age"): _age(dataset),
        Message("Sex"): one_of(dataset, "PatientSex", SEXES),
        Message("Tube voltage"): _tube_voltage(dataset),
        Message("Exposure"): _exposure(dataset),
        Message("Exposure index"): _exposure_index(dataset),
        Message("Photometric"): one_of(dataset, "PhotometricInterpretation", PHOTOMETRIC),
    }
    return {key: value for key, value in details.items() if value}


def _age(dataset: Dataset) -> str:
    """The age as stated, else from the dates of birth and study, which are not shown."""
    stated = re.fullmatch(r"(\d{1,3})([DWMY])", code(dataset, "PatientAge"))
    if stated and (stated[2] != "Y" or int(stated[1]) <= OLDEST):
        return _age_message(int(stated[1]), stated[2])
    born, taken = _date(dataset, "PatientBirthDate"), _date(dataset, "StudyDate")
    if not born or not taken or born > taken:
        return ""
    months = 12 * (taken.year - born.year) + taken.month - born.month - (taken.day < born.day)
    if months > 12 * OLDEST:
        return ""
    return _age_message(months // 12, "Y") if months >= 24 else _age_message(months, "M")


def _age_message(count: int, unit: str) -> Message:
    singular, plural = AGES[unit]
    return singular if count == 1 else Message(plural, count=count)


def _date(dataset: Dataset, keyword: str) -> date | None:
    try:
        return date.fromisoformat(str(dataset.get(keyword) or ""))
    except ValueError:
        return None


def _tube_voltage(dataset: Dataset) -> str:
    voltage = _number(dataset, "KVP")
    voltage = voltage / 1000 if voltage > HIGHEST else voltage
    return Message("{voltage:g} kV", voltage=voltage) if voltage else ""


def _exposure(dataset: Dataset) -> str:
    """The tube's charge in mAs, as stated or as current times time, else the time alone."""
    micro, milli = _number(dataset, "ExposureInuAs"), _number(dataset, "ExposureInmAs")
    time = _number(dataset, "ExposureTime") or _number(dataset, "ExposureTimeInuS") / 1000
    current = _number(dataset, "XRayTubeCurrent")
    charge = micro / 1000 or milli or _number(dataset, "Exposure") or current * time / 1000
    if charge:
        return Message("{charge:.3g} mAs", charge=charge)
    return Message("{time:.3g} ms", time=time) if time else ""


def _exposure_index(dataset: Dataset) -> str:
    index = _number(dataset, "ExposureIndex")
    return f"{index:.0f}" if index else ""


def _number(dataset: Dataset, keyword: str) -> float:
    """A quantity of the header, 0 where it is missing or can be none."""
    try:
        value = float(dataset.get(keyword) or 0)
    except (TypeError, ValueError):
        return 0.0
    return value if math.isfinite(value) and value > 0 else 0.0


def spacing_of(dataset: Dataset) -> Spacing | None:
    """How far apart the pixels are (PS3.3 10.7.1), None where the file does not say.

    A Pixel Spacing that only repeats the Imager Pixel Spacing was not calibrated: it is the
    detector's.
    """
    stated, detector = (_pair(dataset, f"{of}PixelSpacing") for of in ("", "Imager"))
    calibrated = stated is not None and stated != detector
    pair = stated if calibrated else detector
    return Spacing(*pair, at_detector=not calibrated) if pair else None


def _pair(dataset: Dataset, keyword: str) -> tuple[float, float] | None:
    values = decimals(dataset, keyword)
    if len(values) != 2 or not all(FINEST <= value <= COARSEST for value in values):
        return None
    return values[0], values[1]
