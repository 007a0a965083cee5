"""How a DICOM header says that its pixels are laid out (PS3.3 C.7.6.3)."""

import math
from dataclasses import dataclass
from typing import Any

from pydicom import Dataset

from covid_model.common.errors import RadiographError
from covid_model.common.messages import Message

GREY = ("MONOCHROME1", "MONOCHROME2")
COLOUR = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT")

# Only words of this list are ever shown: anything else could be somebody's name.
# fmt: off
PHOTOMETRIC = frozenset({
    "ARGB", "CMYK", "HSV", "MONOCHROME1", "MONOCHROME2", "PALETTE COLOR", "RGB", "YBR_FULL",
    "YBR_FULL_422", "YBR_ICT", "YBR_PARTIAL_420", "YBR_PARTIAL_422", "YBR_RCT",
})
# fmt: on
OVERLAY_GROUPS = range(0x6000, 0x6020, 2)  # (60xx,0102) is Overlay Bit Position


@dataclass(frozen=True)
class Layout:
    """What the header says of its pixels, free of contradictions.

    Attributes:
        height: Rows.
        width: Columns.
        samples: values a pixel: 1 of grey, 3 of colour.
        photometric: Photometric Interpretation, of ``GREY`` or ``COLOUR``.
        allocated: bits that a value takes: 1, 8 or 16; more only where it is compressed.
        stored: bits of it that are the pixel's.
        high: place of the highest of them, counted from 0.
        signed: whether they are a two's complement.
        overlays: whether an overlay lies in bits beside the pixel's.
        by_plane: whether colours follow one another, not pixels.
    """

    height: int
    width: int
    samples: int
    photometric: str
    allocated: int
    stored: int
    high: int
    signed: bool
    overlays: bool = False
    by_plane: bool = False

    @property
    def size(self) -> tuple[int, int, int]:
        """Height, width and values a pixel."""
        return self.height, self.width, self.samples

    @property
    def grey(self) -> bool:
        """Whether a pixel is one grey value."""
        return self.photometric in GREY

    @property
    def bytes(self) -> int:
        """Bytes that the picture takes without compression."""
        samples = 2 if self.photometric == "YBR_FULL_422" else self.samples
        return math.ceil(self.height * self.width * samples * self.allocated / 8)

    def options(self, bits: int) -> dict[str, Any]:
        """Return what pydicom's decoders need to know, of unsigned values of ``bits``."""
        return {
            "rows": self.height,
            "columns": self.width,
            "samples_per_pixel": self.samples,
            "photometric_interpretation": self.photometric,
            "planar_configuration": int(self.by_plane),
            "bits_allocated": 1 if bits == 1 else 8 * math.ceil(bits / 8),
            "bits_stored": bits,
            "pixel_representation": 0,
            "number_of_frames": 1,
            "pixel_keyword": "PixelData",
        }


def layout_of(dataset: Dataset) -> Layout:
    """Read a header's account of its pixels, with what can be told of what it leaves out.

    Samples per Pixel follow from the photometric interpretation, Bits Stored are all of Bits
    Allocated, High Bit is the highest of Bits Stored, Pixel Representation unsigned.

    Raises:
        RadiographError: if an element is missing, or two contradict each other.
    """
    photometric = str(dataset.get("PhotometricInterpretation") or "").strip().upper()
    if not photometric:
        raise _missing("PhotometricInterpretation")
    if photometric not in (*GREY, *COLOUR):
        raise RadiographError(
            "Expected grey or RGB pixels. Received: {photometric}. Export the image as PNG.",
            photometric=photometric
            if photometric in PHOTOMETRIC
            else Message("pixels of another kind"),
        )
    expected = 1 if photometric in GREY else 3
    samples = _whole(dataset, "SamplesPerPixel", expected)
    if samples != expected:
        raise RadiographError(
            "This DICOM file says {photometric}, which is {expected} value(s) a pixel, and Samples "
            "per Pixel {samples}: the two contradict each other. Export it again.",
            photometric=photometric,
            expected=expected,
            samples=samples,
        )
    allocated = _whole(dataset, "BitsAllocated")
    stored = _whole(dataset, "BitsStored", allocated) or allocated
    high = _whole(dataset, "HighBit", stored - 1)
    return Layout(
        height=_whole(dataset, "Rows"),
        width=_whole(dataset, "Columns"),
        samples=samples,
        photometric=photometric,
        allocated=allocated,
        stored=stored,
        high=high if stored - 1 <= high < allocated else stored - 1,
        signed=_whole(dataset, "PixelRepresentation", 0) == 1,
        overlays=any(
            dataset.get((group, 0x0102)) and dataset[group, 0x0102].value
            for group in OVERLAY_GROUPS
        ),
        by_plane=samples > 1 and _whole(dataset, "PlanarConfiguration", 0) == 1,
    )


def _whole(dataset: Dataset, keyword: str, otherwise: int | None = None) -> int:
    """Return a whole number of the header, ``otherwise`` where it has none or not one alone."""
    value = dataset.get(keyword)
    if isinstance(value, int):
        return int(value)
    if otherwise is not None:
        return otherwise
    raise _missing(keyword)


def _missing(element: str) -> RadiographError:
    return RadiographError(
        "This DICOM file does not say its {element}, so its pixels cannot be read: export it "
        "again.",
        element=element,
    )
