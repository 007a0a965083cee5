"""A PDF page as a DICOM instance in the study of its source."""

from datetime import datetime
from typing import TYPE_CHECKING

from covid_model.common.system.version import __version__
from covid_model.serving.pacs.results.origin import MAKER, Origin, uid

if TYPE_CHECKING:
    from pydicom import Dataset

DESCRIPTION = "RESEARCH USE ONLY: case report"
# Patient, general study and patient study modules (PS3.3 C.7.1.1, C.7.2.1, C.7.2.2).
PATIENT_AND_STUDY = (
    "SpecificCharacterSet", "PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate",
    "PatientSex", "StudyInstanceUID", "StudyDate", "StudyTime", "StudyID", "AccessionNumber",
    "ReferringPhysicianName", "StudyDescription",
)  # fmt: skip


def encapsulated_pdf(pdf: bytes, origin: Origin, *, created: datetime) -> "Dataset":
    """Return a PDF file as Encapsulated PDF Storage (PS3.3 A.45.1), in a new series of the study.

    Args:
        pdf: the file.
        origin: of what it reports on.
        created: its moment, with its time zone.
    """
    from pydicom import Dataset
    from pydicom.dataset import FileMetaDataset
    from pydicom.uid import EncapsulatedPDFStorage, ExplicitVRLittleEndian

    dataset, source, local = Dataset(), origin.source, created.astimezone()
    for keyword in PATIENT_AND_STUDY:
        if keyword in source:
            dataset[keyword] = source[keyword]
    dataset.SOPClassUID = EncapsulatedPDFStorage
    dataset.SOPInstanceUID = uid("PDF", origin.seed)
    dataset.SeriesInstanceUID = uid("PDF series", origin.seed)
    dataset.SeriesNumber, dataset.InstanceNumber = origin.series_number(2), 1
    dataset.Modality, dataset.ConversionType = "DOC", "WSD"
    dataset.Manufacturer = dataset.SecondaryCaptureDeviceManufacturer = MAKER
    dataset.SoftwareVersions = __version__
    dataset.SeriesDescription = dataset.DocumentTitle = DESCRIPTION
    dataset.ContentDate, dataset.ContentTime = local.strftime("%Y%m%d"), local.strftime("%H%M%S")
    dataset.AcquisitionDateTime = None
    dataset.BurnedInAnnotation = "YES"
    dataset.ConceptNameCodeSequence = []
    dataset.SourceInstanceSequence = [_reference(source)]
    dataset.MIMETypeOfEncapsulatedDocument = "application/pdf"
    dataset.EncapsulatedDocument = pdf + bytes(len(pdf) % 2)  # of even length (PS3.5 8.1.1)
    dataset.EncapsulatedDocumentLength = len(pdf)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    return dataset


def _reference(source: "Dataset") -> "Dataset":
    from pydicom import Dataset

    item = Dataset()
    item.ReferencedSOPClassUID = source.SOPClassUID
    item.ReferencedSOPInstanceUID = source.SOPInstanceUID
    return item
