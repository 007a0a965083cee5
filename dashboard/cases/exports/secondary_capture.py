"""Export of a case as a DICOM secondary capture, of nobody or in its source's study."""

from __future__ import annotations

import io
import uuid
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from covid_model.common.disclaimer import NOTICE
from covid_model.common.system.digests import sha256
from dashboard.cases.exports.case import ExportedCase, versions
from dashboard.cases.exports.images import side_by_side
from dashboard.cases.exports.source import STUDY, loss_of, study_of
from dashboard.cases.exports.text import CaseText

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

NAME, ID = "Anonymous^Research", "ANONYMOUS"
SERIES = "RESEARCH USE ONLY: areas of attention"
MAKER = "covid-xray-models"


def case_capture(
    exported: ExportedCase, texts: CaseText, *, created: datetime, in_study: bool = False
) -> bytes:
    """Return radiograph with overlays as a DICOM file of one RGB picture, the notice drawn on it.

    Secondary Capture Image Storage (PS3.3 A.8.1), explicit little endian, not compressed. The
    source is named by its SHA-256 alone: its name and header may tell the patient's. What is
    written in its pixels stays, so nothing claims that the identity was removed. The UIDs are new,
    made of the picture with the moment: the same export is the same instance.

    Args:
        exported: a case whose file was not refused.
        texts: what is drawn.
        created: moment of the export.
        in_study: whether it becomes a new series of the source's study, with patient and study as
            the source's header has them; of nobody where the source is no DICOM file of a study.
    """
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian

    rgb = side_by_side(exported, texts)
    ds = Dataset()
    _identity(ds, rgb, created)
    _origin(ds, exported)
    _pixels(ds, rgb)
    _loss(ds, exported)
    if in_study:
        _join_study(ds, exported.data, created)
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    stream = io.BytesIO()
    ds.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def _identity(ds: Dataset, rgb: np.ndarray, created: datetime) -> None:
    """Patient, study, series, instance: all new, all anonymous."""
    from pydicom.uid import SecondaryCaptureImageStorage

    seed = f"{created.isoformat()} {sha256(rgb.tobytes())}"
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.SOPClassUID = SecondaryCaptureImageStorage
    ds.SOPInstanceUID = _uid("instance", seed)
    ds.StudyInstanceUID, ds.SeriesInstanceUID = _uid("study", seed), _uid("series", seed)
    ds.PatientName, ds.PatientID = NAME, ID
    ds.PatientBirthDate = ds.PatientSex = ""
    ds.StudyDate = ds.SeriesDate = ds.ContentDate = created.strftime("%Y%m%d")
    ds.StudyTime = ds.SeriesTime = ds.ContentTime = created.strftime("%H%M%S")
    ds.TimezoneOffsetFromUTC = created.strftime("%z")
    ds.AccessionNumber = ds.ReferringPhysicianName = ""
    ds.StudyID, ds.SeriesNumber, ds.InstanceNumber = "1", 1, 1


def _origin(ds: Dataset, exported: ExportedCase) -> None:
    """What the picture is, what it was made of."""
    ds.Modality = "OT"
    ds.ConversionType = "WSD"  # workstation
    ds.ImageType = ["DERIVED", "SECONDARY"]
    ds.BurnedInAnnotation = "YES"
    ds.PatientOrientation, ds.BodyPartExamined = "", "CHEST"
    ds.Manufacturer = ds.SecondaryCaptureDeviceManufacturer = MAKER
    ds.SoftwareVersions = [f"{name} {number}" for name, number in versions().items()]
    ds.StudyDescription = ds.SeriesDescription = SERIES
    weights = ", ".join(
        f"{info.architecture} {digests.get('model.tflite', '')}"
        for info, digests in zip(exported.model_infos, exported.weights, strict=True)
    )
    source = f"Source file SHA-256 {exported.sha256}."
    ds.DerivationDescription = f"Radiograph beside Grad-CAM overlays. {NOTICE}"
    profile = f" Adjusted by profile {exported.profile}." if exported.profile else ""
    ds.ImageComments = (
        f"{NOTICE} {source} Run {exported.run.name}, weights SHA-256: {weights}.{profile}"
    )


def _pixels(ds: Dataset, rgb: np.ndarray) -> None:
    ds.Rows, ds.Columns, ds.SamplesPerPixel = rgb.shape
    ds.PhotometricInterpretation, ds.PlanarConfiguration = "RGB", 0
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit, ds.PixelRepresentation = 7, 0
    data = rgb.tobytes()
    ds.PixelData = data + bytes(len(data) % 2)  # of even length (PS3.5 8.1.1)


def _loss(ds: Dataset, exported: ExportedCase) -> None:
    """Say that the source was compressed with loss, or that it was not, where that is known."""
    loss = loss_of(exported.data)
    if loss.lossy:
        ds.LossyImageCompression = loss.lossy
    if loss.ratios:
        ds.LossyImageCompressionRatio = [f"{ratio:.4g}" for ratio in loss.ratios]
    if loss.methods:
        ds.LossyImageCompressionMethod = list(loss.methods)


def _join_study(ds: Dataset, data: bytes, created: datetime) -> None:
    """Take patient and study from the source, and name it as the image that this one is of."""
    from pydicom.dataset import Dataset

    source = study_of(data)
    if source is None:
        return
    ds.PatientName = ds.PatientID = ""
    ds.StudyDate = ds.StudyTime = ds.StudyID = ""
    ds.SeriesNumber = None  # any number may be another series'
    del ds.StudyDescription, ds.TimezoneOffsetFromUTC
    for keyword in STUDY:
        if keyword in source:
            ds[keyword] = source[keyword]
    local = created.astimezone()  # the study's times are local ones, without an offset
    ds.SeriesDate = ds.ContentDate = local.strftime("%Y%m%d")
    ds.SeriesTime = ds.ContentTime = local.strftime("%H%M%S")
    if source.get("SOPClassUID") and source.get("SOPInstanceUID"):
        item = Dataset()
        item.ReferencedSOPClassUID = source.SOPClassUID
        item.ReferencedSOPInstanceUID = source.SOPInstanceUID
        ds.SourceImageSequence = [item]


def _uid(kind: str, seed: str) -> str:
    """A UID derived from a UUID (PS3.5 B.2)."""
    return f"2.25.{uuid.uuid5(uuid.NAMESPACE_OID, f'{kind} {seed}').int}"
