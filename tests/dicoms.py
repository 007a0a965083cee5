"""Small DICOM files made for tests, with a patient whose name must never be shown."""

import io

import numpy as np
from pydicom import Dataset, dcmwrite
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian

RAMP = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64)  # every 12 bit value once


def dataset(values=RAMP, bits=12, **tags) -> Dataset:
    """A digital radiograph of grey values, int (H, W), with other elements by keyword."""
    ds = Dataset()
    ds.SOPClassUID = DigitalXRayImageStorageForPresentation
    ds.SOPInstanceUID = "1.2.3"
    ds.Modality = "DX"
    ds.PatientName = "Secret^Person"
    ds.PatientID = "ID-4711"
    ds.Rows, ds.Columns = values.shape[:2]
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.BitsAllocated = values.dtype.itemsize * 8
    ds.BitsStored, ds.HighBit = bits, bits - 1
    ds.PixelRepresentation = 0
    ds.PixelData = values.tobytes()
    for keyword, value in tags.items():
        setattr(ds, keyword, value)
    return ds


def encode(ds, syntax=ExplicitVRLittleEndian, *, frames=None) -> bytes:
    """The bytes of a DICOM file, with ``frames`` of compressed pixels where there are any."""
    if frames:
        ds.PixelData = encapsulate(frames)
        ds["PixelData"].VR = "OB"
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = syntax
    stream = io.BytesIO()
    dcmwrite(stream, ds, enforce_file_format=True)
    return stream.getvalue()


def radiograph(picture, **tags) -> bytes:
    """A DICOM file of 12 bits, explicit little endian, of a picture: float (H, W), [0, 1]."""
    return encode(dataset((4095 * picture).round().astype(np.uint16), **tags))
