"""What is mutated: pictures, DICOM files in six syntaxes and more, archives."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo
from pydicom import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    RLELossless,
)

from covid_model.common.errors import RadiographError
from covid_model.imaging.archives import list_files, open_archive
from covid_model.imaging.reader import read_radiograph
from tests import dicoms
from tests.drawings import drawing
from tests.fuzz import mutations

Mutation = Callable[[np.random.Generator, bytes, tuple[bytes, ...]], bytes]
GREYS = drawing(covid=0.5)[::2, ::2]


@dataclass(frozen=True)
class Subject:
    """Files of one kind.

    Attributes:
        bases: right files.
        read: reads one; raises an error of the project's own, or ``AssertionError`` where what it
            returns is not what it promises.
        mutate: makes a wrong file of one.
    """

    bases: tuple[bytes, ...]
    read: Callable[[bytes], None]
    mutate: Mutation = mutations.of_bytes

    def case(self, rng: np.random.Generator) -> bytes:
        """Draw a mutated file."""
        return self.mutate(rng, self.bases[rng.integers(len(self.bases))], self.bases)


def subjects() -> dict[str, Subject]:
    """All subjects but run folders, by name."""
    dicom = {
        "implicit": (_dicom(syntax=ImplicitVRLittleEndian, NumberOfFrames=1),),
        "explicit": (_dicom(), _dicom(WindowCenter=2047, WindowWidth=4095), _lut()),
        "big endian": (_big_endian(),),
        "rle": (_dicom(syntax=RLELossless, compress=True),),
        "jpeg baseline": (_jpeg_baseline(),),
        "jpeg 2000": (_dicom(syntax=JPEG2000Lossless, compress=True),),
    }
    deflated = (_dicom(syntax=DeflatedExplicitVRLittleEndian),)
    return {
        "png": Subject(_pngs(), read_picture, mutations.of_png),
        "jpeg": Subject(_jpegs(), read_picture),
        **{f"dicom {name}": Subject(files, read_picture) for name, files in dicom.items()},
        "dicom deflated": Subject(deflated, read_picture, mutations.of_deflated),
        "zip": Subject(_zips(), read_archive),
    }


def read_picture(data: bytes) -> None:
    """Read a picture, and hold the reader to what it promises."""
    pixels = read_radiograph(data, "a").pixels
    assert pixels.ndim == 2 and pixels.dtype == np.float32, (pixels.shape, pixels.dtype)
    assert 0 <= pixels.min() <= pixels.max() <= 1, (pixels.min(), pixels.max())


def read_archive(data: bytes) -> None:
    """List an archive, then unpack each file with its start; one that is damaged harms no other."""
    for source in list_files(open_archive(io.BytesIO(data))):
        for load in (source.start, source.load):
            try:
                load()
            except RadiographError as error:
                assert str(error)


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def _pngs() -> tuple[bytes, ...]:
    eight = Image.fromarray((255 * GREYS).astype(np.uint8))
    sixteen = Image.fromarray((65535 * GREYS).astype(np.uint16))
    modes = [eight.convert(mode) for mode in ("RGB", "RGBA", "LA", "P", "1")]
    described, words = Image.Exif(), PngInfo()
    described[0x0112], described[0x010E] = 3, "chest"
    words.add_text("Comment", "chest " * 50, zip=True)
    words.add_itxt("Title", "tórax", zip=True)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    told = _saved(eight, "PNG", exif=described, pnginfo=words, icc_profile=srgb, dpi=(72, 72))
    return (told, *(_saved(image, "PNG") for image in (eight, sixteen, *modes)))


def _jpegs() -> tuple[bytes, ...]:
    image = Image.fromarray((255 * GREYS).astype(np.uint8))
    turned = Image.Exif()
    turned[0x0112] = 6
    return (
        _saved(image, "JPEG"),
        _saved(image.convert("RGB"), "JPEG", exif=turned),
        _saved(image.convert("RGB"), "JPEG", progressive=True, optimize=True),
        _saved(image.convert("CMYK"), "JPEG"),
    )


def _values() -> np.ndarray:
    return (4095 * GREYS).round().astype(np.uint16)


def _dicom(*, syntax: str = ExplicitVRLittleEndian, compress: bool = False, **tags) -> bytes:
    return dicoms.encode(dicoms.dataset(_values(), **tags), syntax, compress=compress)


def _lut() -> bytes:
    table = Dataset()
    table.LUTDescriptor = [4096, 0, 16]
    table.LUTData = (np.arange(4096) * 16).astype(np.uint16).tobytes()
    table["LUTData"].VR = "OW"
    table["LUTDescriptor"].VR = "US"
    return _dicom(VOILUTSequence=[table], RescaleSlope=1, RescaleIntercept=0)


def _big_endian() -> bytes:
    ds = dicoms.dataset(_values())
    ds.PixelData = _values().astype(">u2").tobytes()
    ds["PixelData"].VR = "OW"
    return dicoms.encode(ds, ExplicitVRBigEndian)


def _jpeg_baseline() -> bytes:
    greys = (255 * GREYS).astype(np.uint8)
    ds = dicoms.dataset(greys, bits=8)
    ds.PixelData = encapsulate([_saved(Image.fromarray(greys), "JPEG")])
    ds["PixelData"].VR = "OB"
    return dicoms.encode(ds, JPEGBaseline8Bit)


def _zips() -> tuple[bytes, ...]:
    picture = _jpegs()[0]

    def packed(files: dict[str, bytes], method: int) -> bytes:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", method) as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        return stream.getvalue()

    files = {"Study/IM1": picture, "Study\\IM2": picture[:200], "notes.txt": b"read me", "x/": b""}
    inner = packed(files, zipfile.ZIP_DEFLATED)
    return (
        inner,
        packed(files, zipfile.ZIP_STORED),
        packed(files, zipfile.ZIP_LZMA),
        packed(files, zipfile.ZIP_BZIP2),
        packed({"inner.zip": inner, "IM0": picture}, zipfile.ZIP_STORED),
    )
