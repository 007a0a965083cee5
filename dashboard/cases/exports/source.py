"""What the DICOM picture of a case takes from its source file: loss, patient, study."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from covid_model.common.system.threads.quiet import QUIET
from covid_model.imaging.formats import kind_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

ALONE = (0x01, 0xFF, *range(0xD0, 0xD9))  # JPEG markers without a length, and fill bytes
START_OF_SCAN, NOT_FRAMES, LOSSLESS = 0xDA, (0xC4, 0xC8, 0xCC), (0xC3, 0xC7, 0xCB, 0xCF)
METHODS = {  # PS3.3 C.7.6.1.1.5.1, by the syntax's group of UIDs
    "JPEG": "ISO_10918_1",
    "JPEG-LS": "ISO_14495_1",
    "JPEG 2000": "ISO_15444_1",
    "HTJ2K": "ISO_15444_15",
}
SYNTAXES = {
    "1.2.840.10008.1.2.4.50": "JPEG",
    "1.2.840.10008.1.2.4.51": "JPEG",
    "1.2.840.10008.1.2.4.81": "JPEG-LS",
    "1.2.840.10008.1.2.4.91": "JPEG 2000",
    "1.2.840.10008.1.2.4.203": "HTJ2K",
}
# Patient, general study and patient study modules (PS3.3 C.7.1.1, C.7.2.1, C.7.2.2).
STUDY = (
    "PatientName", "PatientID", "IssuerOfPatientID", "OtherPatientIDs", "PatientBirthDate",
    "PatientBirthTime", "PatientSex", "PatientIdentityRemoved", "DeidentificationMethod",
    "StudyInstanceUID", "StudyDate", "StudyTime", "StudyID", "StudyDescription", "AccessionNumber",
    "ReferringPhysicianName", "PatientAge", "PatientSize", "PatientWeight",
)  # fmt: skip


@dataclass(frozen=True)
class Loss:
    """Loss that a source's compression is known to have brought (PS3.3 C.7.6.1.1.5).

    Attributes:
        lossy: "01" lossy, "00" never, "" where it is not known.
        ratios: size before to size after each lossy step, as far as known.
        methods: defined terms of these steps, as far as known.
    """

    lossy: str = ""
    ratios: tuple[float, ...] = ()
    methods: tuple[str, ...] = ()


def study_of(data: bytes) -> Dataset | None:
    """Return the header of a DICOM file that names its study, None for any other file."""
    header = _read(data, pixels=False)
    return header if header is not None and header.get("StudyInstanceUID") else None


def loss_of(data: bytes) -> Loss:
    """Return what is known of the loss in a source file.

    A PNG may have been made of a JPEG file, so that nothing is known of it.
    """
    if kind_of(data) == "JPEG":
        return _of_jpeg(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Loss("01" if b"VP8 " in data[12:64] else "")
    dataset = _read(data, pixels=True)
    return Loss() if dataset is None else _of_dicom(dataset)


def _of_jpeg(data: bytes) -> Loss:
    frame = _frame_header(data)
    if frame is None or frame[1] in LOSSLESS:
        return Loss()
    precision, height, width, channels = struct.unpack(">4xBHHB", frame)
    ratio = height * width * channels * precision / 8 / len(data)
    return Loss("01", (ratio,), (METHODS["JPEG"],))


def _frame_header(data: bytes) -> bytes | None:
    """Find the start of frame of a JPEG stream: marker, length, precision, size, components."""
    place = 2
    while place + 10 < len(data) and data[place + 1] != START_OF_SCAN:
        marker = data[place + 1]
        if 0xC0 <= marker <= 0xCF and marker not in NOT_FRAMES:
            return data[place : place + 10]
        length = int.from_bytes(data[place + 2 : place + 4], "big")
        place += (1 if marker == 0xFF else 2) if marker in ALONE else 2 + length
    return None


def _of_dicom(dataset: Dataset) -> Loss:
    """The header's word, unless its pixels are stored with loss."""
    stated = str(dataset.get("LossyImageCompression") or "").strip()
    syntax = SYNTAXES.get(str(dataset.file_meta.get("TransferSyntaxUID") or ""), "")
    if stated == "01":
        ratios = _many(dataset.get("LossyImageCompressionRatio"))
        methods = _many(dataset.get("LossyImageCompressionMethod"))
        return Loss("01", tuple(map(float, ratios)), tuple(methods))
    if syntax and (ratio := _ratio_of_lossy(dataset, syntax)):
        return Loss("01", (ratio,), (METHODS[syntax],))
    return Loss("00" if stated == "00" else "")


def _ratio_of_lossy(dataset: Dataset, syntax: str) -> float:
    """The compression ratio of a codestream that lost something, 0 where it lost nothing."""
    from pydicom.encaps import generate_frames

    stream = next(generate_frames(dataset.PixelData, number_of_frames=1))
    if syntax == "JPEG-LS":  # ISO 14495-1 C.2.3: NEAR follows the scan's components
        scan = stream.find(b"\xff\xda")
        lossless = scan < 0 or stream[scan + 5 + 2 * stream[scan + 4]] == 0
    elif syntax == "JPEG":
        lossless = False
    else:  # ISO 15444-1 A.6.1: the wavelet is the last of COD without precincts, 0 irreversible
        coding = stream.find(b"\xff\x52")
        lossless = coding < 0 or stream[coding + 13] != 0
    size = dataset.Rows * dataset.Columns * dataset.SamplesPerPixel * dataset.BitsAllocated / 8
    return 0.0 if lossless else size / len(stream)


def _many(value: Any) -> list[str]:
    """The values of an element as text, however many they are."""
    if value is None or value == "":
        return []
    return [str(part) for part in ([value] if isinstance(value, str | float) else value)]


def _read(data: bytes, *, pixels: bool) -> Dataset | None:
    """Read a DICOM file that the program has read before, None where it is none."""
    from pydicom import dcmread

    if kind_of(data) != "DICOM":
        return None
    with QUIET:
        try:
            return dcmread(io.BytesIO(data), stop_before_pixels=not pixels, force=True)
        except Exception:  # the program's own reader repairs more than pydicom's
            return None
