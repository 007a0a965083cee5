"""The values of an augmentation."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Augmentation:
    """How far a training image may be changed.

    Attributes:
        crop: smallest share of the image's area that a crop keeps, in (0, 1].
        stretch: largest change of the crop's aspect ratio, as a factor >= 1.
        rotation: largest rotation in degrees, either way.
        contrast: largest relative change of contrast.
        brightness: largest shift of brightness, as a share of the range.
        gamma: largest exponent of the grey curve, whose inverse is the smallest.
        blur: largest standard deviation of a Gaussian blur in pixels of the result.
        noise: largest standard deviation of added noise, as a share of the range.
        border: largest share of a side that a flat border may cover.
        flip: probability of a mirror image; the heart's side tells these classes little.
        coarse: probability of an uneven exposure, also that of a flat rectangle.
        marks: probability of letters or arrows such as scans bear, mostly near the rim.
    """

    crop: float = 0.3
    stretch: float = 1.15
    rotation: float = 8.0
    contrast: float = 0.25
    brightness: float = 0.12
    gamma: float = 1.4
    blur: float = 0.8
    noise: float = 0.03
    border: float = 0.08
    flip: float = 0.0
    coarse: float = 0.0
    marks: float = 0.0
