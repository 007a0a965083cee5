"""Radiograph: pixels, file format and header details."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from covid_model.imaging.dicom.levels import Spacing
from covid_model.imaging.dicom.window import Window


@dataclass(frozen=True, eq=False)
class Radiograph:
    """One radiograph, ready to show or to classify.

    Attributes:
        pixels: float32 (H, W), range [0, 1], 0 = black = air.
        name: file name as given.
        format: by ``kind_of``, "DICOM", "PNG", "JPEG" ...
        sha256: hex digest of the file's bytes.
        details: what a DICOM header says ("View", "Age", "Sex", "Exposure" ...), never a patient's
            name, ID or free text; empty when unknown. Keys, and values in words, are sentences.
        windows: the ways that a DICOM file says to show its values; the first is the default.
        window: which of them it is shown in.
        size: rows and columns of the file, which ``pixels`` may be a smaller copy of.
        bits: of a grey level in the file.
        spacing: how far apart the file's pixels are, None where it does not say.
    """

    pixels: np.ndarray
    name: str = ""
    format: str = ""
    sha256: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    windows: tuple[Window, ...] = ()
    window: int = 0
    size: tuple[int, int] | None = None
    bits: int = 8
    spacing: Spacing | None = None
