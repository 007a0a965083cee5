"""Checks that a DICOM header is of a single frontal chest radiograph."""

import re

from pydicom import Dataset

from covid_model.common.errors import RadiographError
from covid_model.common.messages import Message
from covid_model.imaging.dicom.terms.body_parts import holds_chest, other_part_named_by
from covid_model.imaging.dicom.terms.codes import standard_meaning, stated_meaning
from covid_model.imaging.dicom.view_position import NOT_FRONTAL, not_frontal_by, view_of

# CR, DX, RG and the older DR are radiographs; OT or nothing is a secondary capture.
MODALITIES = frozenset({"CR", "DX", "RG", "DR", "OT", ""})
# fmt: off
# Only words of these lists are ever shown: anything else in a header could be somebody's name.
OTHER_MODALITIES = frozenset({
    "AU", "BI", "BMD", "CT", "DOC", "ECG", "ES", "GM", "IO", "IVUS", "KO", "MG", "MR", "NM", "OCT",
    "OP", "PR", "PT", "PX", "REG", "RF", "RTDOSE", "RTIMAGE", "RTPLAN", "RTSTRUCT", "SEG",
    "SM", "SR", "US", "XA", "XC",
})
# fmt: on
# The modality's element in the bytes of a file, little endian with or without its VR.
MODALITY = re.compile(rb"\x08\x00\x60\x00(?:CS..|..\x00\x00)([A-Z]{2,16})", re.DOTALL)
# Image type, then SOP class, likewise: a picture made after the examination, a secondary capture.
SECONDARY = re.compile(
    rb"\x08\x00\x08\x00(?:CS..|..\x00\x00)(?:ORIGINAL|DERIVED)\\SECONDARY"
    rb"|\x08\x00\x16\x00(?:UI..|..\x00\x00)1\.2\.840\.10008\.5\.1\.4\.1\.1\.7[\x00.]",
    re.DOTALL,
)
DICOMDIR = "1.2.840.10008.1.3.10"
# Digital X-ray, mammography, intra-oral and breast projection storage, For Processing (PS3.4 B.5).
RAW_CLASSES = frozenset({
    "1.2.840.10008.5.1.4.1.1.1.1.1", "1.2.840.10008.5.1.4.1.1.1.2.1",
    "1.2.840.10008.5.1.4.1.1.1.3.1", "1.2.840.10008.5.1.4.1.1.13.1.5",
})  # fmt: skip


def check_metadata(dataset: Dataset, *, any_view: bool = False) -> None:
    """Refuse what the header says is no single frontal chest radiograph.

    Args:
        dataset: the header.
        any_view: whether any single picture will do, to show what was refused.

    Raises:
        RadiographError: with the reason.
    """
    if str(dataset.file_meta.get("MediaStorageSOPClassUID") or "") == DICOMDIR:
        raise RadiographError(
            "This is a DICOMDIR, the table of contents of a study: give the pictures that it "
            "lists, or the whole study as a zip."
        )
    if not any_view:
        _check_modality(dataset)
    if "PixelData" not in dataset:
        raise RadiographError("This DICOM file holds no picture: export the image itself.")
    frames = int(dataset.get("NumberOfFrames") or 1)
    if frames != 1:
        raise RadiographError("Expected one picture. Received: {frames} frames.", frames=frames)
    if any_view:
        return
    if _is_raw(dataset):
        raise RadiographError(
            "Expected a picture made to be looked at. Received: raw detector data "
            "(FOR PROCESSING). Export the FOR PRESENTATION image."
        )
    _check_view(dataset)
    _check_body_part(dataset)


def is_other_modality(start: bytes) -> bool:
    """Whether the first bytes of a file tell that it is of a modality that is refused."""
    match = MODALITY.search(start)
    return match is not None and match[1].decode() in OTHER_MODALITIES


def is_secondary(start: bytes) -> bool:
    """Whether the first bytes of a file tell that it is a picture of a film, as key images are."""
    return SECONDARY.search(start) is not None


def _check_modality(dataset: Dataset) -> None:
    modality = code(dataset, "Modality")
    if modality not in MODALITIES:
        raise RadiographError(
            "Expected a radiograph (modality CR or DX). Received: modality {modality}. Choose the "
            "study's frontal chest radiograph (PA or AP).",
            modality=modality if modality in OTHER_MODALITIES else Message("of another kind"),
        )


def _is_raw(dataset: Dataset) -> bool:
    """Whether this is what a detector gave, by the intent or by what its storage class is for."""
    classes = (dataset.get("SOPClassUID"), dataset.file_meta.get("MediaStorageSOPClassUID"))
    intent = code(dataset, "PresentationIntentType")
    return intent == "FOR PROCESSING" or any(str(uid) in RAW_CLASSES for uid in classes)


def _check_view(dataset: Dataset) -> None:
    view = view_of(dataset)
    if view in NOT_FRONTAL:
        raise RadiographError(
            "Expected a frontal view (PA or AP). Received: view {view}. Choose the study's PA or "
            "AP picture.",
            view=view,
        )
    if told := not_frontal_by(dataset):
        view, where = told
        raise RadiographError(
            "Expected a frontal view (PA or AP). Received: {view}, by the {where} in the file's "
            "header. Choose the study's PA or AP picture.",
            view=view,
            where=where,
        )


def _check_body_part(dataset: Dataset) -> None:
    """Refuse a body part that is told and is no chest; an unknown word is not known to be none."""
    part = other_part_named_by(str(dataset.get("BodyPartExamined") or ""))
    for item in () if part else dataset.get("AnatomicRegionSequence") or ():
        meaning = standard_meaning(item, "CID4031")
        if meaning and not holds_chest(meaning):
            part = meaning.upper()
        elif not meaning:
            part = other_part_named_by(stated_meaning(item))
    if part:
        raise RadiographError(
            "Expected a chest radiograph. Received: body part {part}. Choose the study's frontal "
            "chest radiograph (PA or AP).",
            part=part,
        )


def code(dataset: Dataset, keyword: str) -> str:
    """Return a coded header value in capitals, "" when missing."""
    return str(dataset.get(keyword) or "").strip().upper()[:16]


def one_of(dataset: Dataset, keyword: str, allowed: frozenset[str]) -> str:
    """Return a coded header value where it is an allowed one, else ""."""
    value = code(dataset, keyword)
    return value if value in allowed else ""
