"""From the bytes of a DICOM file to its data set."""

import io
import zlib

from pydicom import Dataset, dcmread
from pydicom.dataelem import RawDataElement
from pydicom.dataset import FileMetaDataset
from pydicom.filereader import read_dataset
from pydicom.tag import BaseTag
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from covid_model.common.errors import RadiographError
from covid_model.imaging.dicom.checks import MODALITIES, code

MAX_INFLATED = 256 * 2**20  # bytes; 64 megapixels of 16 bits are 128 MB
PREFIX = slice(128, 132)
META_GROUP = b"\x02\x00"
DELIMITER = b"\xfe\xff\xdd\xe0\x00\x00\x00\x00"  # ends a sequence of fragments, little endian
UNDEFINED = 0xFFFFFFFF


def parse(data: bytes) -> Dataset:
    """Read a data set with its file meta information.

    Byte order and value representations are told by the data set itself, as a transfer syntax may
    be missing, empty or another file's; it decides only whether the data set is deflated.

    Args:
        data: the file's bytes, with or without the 128 byte preamble.

    Returns:
        The data set; ``file_meta.TransferSyntaxUID`` is never empty.

    Raises:
        RadiographError: if the file is cut short, or unpacks to more than any radiograph.
    """
    meta, rest = _split(data)
    if meta.get("TransferSyntaxUID") == DeflatedExplicitVRLittleEndian:
        rest = _inflate(rest)
    dataset = dcmread(io.BytesIO(rest), force=True)
    if not dataset:  # so pydicom leaves a file whose fragments have no end
        dataset = dcmread(io.BytesIO(rest + DELIMITER), force=True)
    if not dataset:
        raise RadiographError(
            "This DICOM file is cut short or holds no elements: copy or export it again."
        )
    if code(dataset, "Modality") in MODALITIES:  # of any other, that is the reason to give
        _check_whole(dataset)
    if not meta.get("TransferSyntaxUID"):
        implicit, little = dataset.original_encoding
        explicit = ExplicitVRLittleEndian if little else ExplicitVRBigEndian
        meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else explicit
    dataset.file_meta = meta
    return dataset


def _split(data: bytes) -> tuple[FileMetaDataset, bytes]:
    """Part the file meta information, which is explicit little endian, from the data set."""
    stream = io.BytesIO(data)
    if data[PREFIX] == b"DICM":
        stream.seek(PREFIX.stop)
    meta = FileMetaDataset()
    start = stream.tell()
    if data[start : start + 2] == META_GROUP:
        meta.update(read_dataset(stream, False, True, stop_when=_is_past_meta))
    return meta, data[stream.tell() :]


def _is_past_meta(tag: BaseTag, _vr: str | None, _length: int) -> bool:
    return tag.group != 2


def _inflate(data: bytes) -> bytes:
    """Unpack a deflated data set (PS3.5 A.5), after which a byte may fill up to an even length.

    Some writers put zlib's header before it, which the standard does not have.
    """
    has_header = data[:1] == b"\x78" and int.from_bytes(data[:2], "big") % 31 == 0  # RFC 1950
    inflater = zlib.decompressobj(zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS)
    try:
        unpacked = inflater.decompress(data, MAX_INFLATED + 1)
    except zlib.error as error:
        raise RadiographError(
            "This DICOM file says that it is deflated, and its compressed data are damaged: copy "
            "or export it again."
        ) from error
    if len(unpacked) > MAX_INFLATED:
        raise RadiographError(
            "This DICOM file unpacks to more than {limit} MiB: export it again, without "
            "compression.",
            limit=MAX_INFLATED >> 20,
        )
    if not inflater.eof:
        raise RadiographError(
            "This DICOM file is cut short: its compressed data end early. Copy it again."
        )
    return unpacked


def _check_whole(dataset: Dataset) -> None:
    """Refuse a data set whose last element is shorter than it says."""
    last = dataset.get_item(max(dataset.keys()))
    if isinstance(last, RawDataElement) and last.length != UNDEFINED:
        missing = last.length - len(last.value or b"")
        if missing > 0:
            raise RadiographError(
                "This DICOM file is cut short: {count} bytes of an element are missing. Copy it "
                "again.",
                count=missing,
            )
