"""Checks that a DICOM header is of a single frontal chest radiograph."""

import re

from pydicom import Dataset

from covid_model.common.errors import RadiographError
from covid_model.common.messages import Message
from covid_model.imaging.dicom.view_position import NOT_FRONTAL, lateral_by, view_of

# CR, DX, RG and the older DR are radiographs; OT or nothing is a secondary capture.
MODALITIES = frozenset({"CR", "DX", "RG", "DR", "OT", ""})
# fmt: off
# Only words of these lists are ever shown: anything else in a header could be somebody's name.
OTHER_MODALITIES = frozenset({
    "AU", "BI", "BMD", "CT", "DOC", "ECG", "ES", "GM", "IO", "IVUS", "KO", "MG", "MR", "NM", "OCT",
    "OP", "PR", "PT", "PX", "REG", "RF", "RTDOSE", "RTIMAGE", "RTPLAN", "RTSTRUCT", "SEG",
    "SM", "SR", "US", "XA", "XC",
})
NOT_CHEST = frozenset({
    "ABDOMEN", "ANKLE", "ARM", "BREAST", "CALCANEUS", "CLAVICLE", "COCCYX", "CSPINE", "ELBOW",
    "EXTREMITY", "FEMUR", "FINGER", "FOOT", "FOREARM", "HAND", "HEAD", "HIP", "HUMERUS", "JAW",
    "KNEE", "LEG", "LSPINE", "NECK", "ORBIT", "PELVIS", "SCAPULA", "SHOULDER", "SKULL", "SPINE",
    "SSPINE", "TOE", "WRIST", "ZYGOMA",
})
# fmt: on
# The modality's element in the bytes of a file, little endian with or without its VR.
MODALITY = re.compile(rb"\x08\x00\x60\x00(?:CS..|..\x00\x00)([A-Z]{2,16})", re.DOTALL)
DICOMDIR = "1.2.840.10008.1.3.10"


def check_metadata(dataset: Dataset) -> None:
    """Refuse what the header says is no single frontal chest radiograph.

    Raises:
        RadiographError: with the reason.
    """
    if str(dataset.file_meta.get("MediaStorageSOPClassUID") or "") == DICOMDIR:
        raise RadiographError(
            "This is a DICOMDIR, the table of contents of a study: give the pictures that it "
            "lists, or the whole study as a zip."
        )
    modality = code(dataset, "Modality")
    if modality not in MODALITIES:
        raise RadiographError(
            "Expected a radiograph (modality CR or DX). Received: modality {modality}.",
            modality=modality if modality in OTHER_MODALITIES else Message("of another kind"),
        )
    if "PixelData" not in dataset:
        raise RadiographError("This DICOM file holds no picture: export the image itself.")
    frames = int(dataset.get("NumberOfFrames") or 1)
    if frames != 1:
        raise RadiographError("Expected one picture. Received: {frames} frames.", frames=frames)
    if code(dataset, "PresentationIntentType") == "FOR PROCESSING":
        raise RadiographError(
            "Expected a picture made to be looked at. Received: raw detector data "
            "(FOR PROCESSING). Export the FOR PRESENTATION image."
        )
    _check_view(dataset)
    part = code(dataset, "BodyPartExamined").replace(" ", "")
    if part in NOT_CHEST:
        raise RadiographError("Expected a chest radiograph. Received: body part {part}.", part=part)


def is_other_modality(start: bytes) -> bool:
    """Whether the first bytes of a file tell that it is of a modality that is refused."""
    match = MODALITY.search(start)
    return match is not None and match[1].decode() in OTHER_MODALITIES


def _check_view(dataset: Dataset) -> None:
    view = view_of(dataset)
    if view in NOT_FRONTAL:
        raise RadiographError(
            "Expected a frontal view (PA or AP). Received: view {view}.", view=view
        )
    if where := lateral_by(dataset):
        raise RadiographError(
            "Expected a frontal view (PA or AP). Received: a lateral view, by the {where} in the "
            "file's header.",
            where=where,
        )


def code(dataset: Dataset, keyword: str) -> str:
    """Return a coded header value in capitals, "" when missing."""
    return str(dataset.get(keyword) or "").strip().upper()[:16]


def one_of(dataset: Dataset, keyword: str, allowed: frozenset[str]) -> str:
    """Return a coded header value where it is an allowed one, else ""."""
    value = code(dataset, keyword)
    return value if value in allowed else ""
