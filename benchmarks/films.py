"""Radiographs of 2500 x 3000 pixels as DICOM files, in every coding that is measured."""

from functools import cache

import cv2
import imagecodecs
import numpy as np
from pydicom.dataset import FileMetaDataset
from pydicom.uid import (
    UID,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from covid_model.common.system import paths
from tests.dicoms import dataset, encode

WIDTH, HEIGHT, BITS, NOISE = 2500, 3000, 12, 0.004
QUALITY = 90  # of the lossy ones


@cache
def values() -> np.ndarray:
    """Enlarge the first sample, with noise: uint16 (3000, 2500) of 12 bits."""
    sample = cv2.imread(str(paths.SAMPLES / "covid.png"), cv2.IMREAD_GRAYSCALE) / 255
    return enlarged(sample, (WIDTH, HEIGHT), np.random.default_rng(0))


def enlarged(picture: np.ndarray, size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Enlarge a picture, range [0, 1], to a width and height, with noise: uint16 of 12 bits."""
    film = cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC)
    film += rng.normal(0, NOISE, film.shape)
    return ((2**BITS - 1) * film.clip(0, 1)).round().astype(np.uint16)


def jpeg_2000(film: np.ndarray | None = None, **tags: object) -> bytes:
    """A film, this one by default, as JPEG 2000 without loss, with tags of its header."""
    film = values() if film is None else film
    frame = imagecodecs.jpeg2k_encode(
        film, level=0, reversible=True, codecformat="j2k", bitspersample=BITS
    )
    return _coded(JPEG2000Lossless, frame, film, **tags)


def uncompressed(film: np.ndarray, **tags: object) -> bytes:
    """A film as it is, with tags of its header."""
    return encode(dataset(film, bits=BITS, **tags))


def films() -> dict[str, bytes]:
    """The film in each coding, by its name."""
    film = values()
    pale = (film >> BITS - 8).astype(np.uint8)
    runs = dataset(film)
    runs["PixelData"].VR = "OW"
    runs.file_meta = FileMetaDataset()
    runs.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    runs.compress(RLELossless, encoding_plugin="gdcm", generate_instance_uid=False)
    return {
        "JPEG 2000": jpeg_2000(),
        "JPEG Lossless": _coded(
            JPEGLosslessSV1, imagecodecs.jpeg8_encode(film, lossless=True, bitspersample=BITS)
        ),
        "JPEG Baseline, 8 bits": _coded(
            JPEGBaseline8Bit, imagecodecs.jpeg8_encode(pale, level=QUALITY), pale
        ),
        "JPEG Extended": _coded(
            JPEGExtended12Bit, imagecodecs.jpeg8_encode(film, level=QUALITY, bitspersample=BITS)
        ),
        "JPEG-LS": _coded(JPEGLSLossless, imagecodecs.jpegls_encode(film)),
        "HTJ2K": _coded(HTJ2KLossless, imagecodecs.htj2k_encode(film, reversible=True)),
        "RLE": encode(runs, RLELossless),
        "none": uncompressed(film),
    }


def _coded(syntax: UID, frame: bytes, film: np.ndarray | None = None, **tags: object) -> bytes:
    film = values() if film is None else film
    bits = 8 if film.dtype == np.uint8 else BITS
    return encode(dataset(film, bits=bits, **tags), syntax, frames=[frame])
