"""What a DICOM header says of a picture: whether to read it, what may be shown of it."""

from pydicom import Dataset

from covid_model.errors import RadiographError

# CR, DX, RG and the older DR are radiographs; OT or nothing is a secondary capture.
MODALITIES = frozenset({"CR", "DX", "RG", "DR", "OT", ""})
NOT_FRONTAL = frozenset({"LL", "RL", "LLAT", "RLAT", "LAT", "LATERAL", "LLO", "RLO"})
# fmt: off
NOT_CHEST = frozenset({
    "ABDOMEN", "ANKLE", "ARM", "BREAST", "CALCANEUS", "CLAVICLE", "COCCYX", "CSPINE", "ELBOW",
    "EXTREMITY", "FEMUR", "FINGER", "FOOT", "FOREARM", "HAND", "HEAD", "HIP", "HUMERUS", "JAW",
    "KNEE", "LEG", "LSPINE", "NECK", "ORBIT", "PELVIS", "SCAPULA", "SHOULDER", "SKULL", "SPINE",
    "SSPINE", "TOE", "WRIST", "ZYGOMA",
})
# fmt: on
UNITS = {"D": "days", "W": "weeks", "M": "months", "Y": "years"}


def check_metadata(dataset: Dataset) -> None:
    """Refuse what the header says is no single frontal chest radiograph.

    Raises:
        RadiographError: with the reason.
    """
    modality = code(dataset, "Modality")
    if modality not in MODALITIES:
        raise RadiographError(
            f"Expected a radiograph (modality CR or DX). Received: modality {modality}."
        )
    if "PixelData" not in dataset:
        raise RadiographError("This DICOM file holds no picture: export the image itself.")
    frames = int(dataset.get("NumberOfFrames") or 1)
    if frames != 1:
        raise RadiographError(f"Expected one picture. Received: {frames} frames.")
    if code(dataset, "PresentationIntentType") == "FOR PROCESSING":
        raise RadiographError(
            "Expected a picture made to be looked at. Received: raw detector data "
            "(FOR PROCESSING). Export the FOR PRESENTATION image."
        )
    view = code(dataset, "ViewPosition")
    if view in NOT_FRONTAL:
        raise RadiographError(f"Expected a frontal view (PA or AP). Received: view {view}.")
    part = code(dataset, "BodyPartExamined")
    if part.replace(" ", "") in NOT_CHEST:
        raise RadiographError(f"Expected a chest radiograph. Received: body part {part}.")


def code(dataset: Dataset, keyword: str) -> str:
    """Return a coded header value in capitals, "" when missing."""
    return str(dataset.get(keyword) or "").strip().upper()[:16]


def details_of(dataset: Dataset) -> dict[str, str]:
    """Return what may be shown: view, age, sex ..., never a name, an ID or free text."""
    age = code(dataset, "PatientAge")
    if age[:-1].isdigit() and age[-1] in UNITS:
        age = f"{int(age[:-1])} {UNITS[age[-1]]}"
    details = {
        "Modality": code(dataset, "Modality"),
        "View": code(dataset, "ViewPosition"),
        "Body part": code(dataset, "BodyPartExamined"),
        "Age": age,
        "Sex": code(dataset, "PatientSex"),
        "Photometric": code(dataset, "PhotometricInterpretation"),
    }
    return {key: value for key, value in details.items() if value}
