"""Pictures that are no upright frontal chest radiograph, by kind, for ``benchmarks.novelty``.

All of them are drawn here, made from radiographs, or lie in the installed packages scikit-image,
scikit-learn and pydicom; nothing is downloaded.
"""

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pydicom
import skimage.data
import sklearn.datasets
from PIL import Image, ImageDraw, ImageFont

from covid_model.common.errors import RadiographError
from covid_model.imaging.dicom.reader import LUMA
from covid_model.imaging.pictures.greys import to_grey
from covid_model.imaging.reader import MIN_SIDE, read_radiograph
from covid_model.inference.novelty import CELLS

COLOUR = ("color", "hubble_deep_field", "ihc", "logo", "retina")  # no photographs of the world
TEXT = ("page", "text")
SLICES = ("phantom",)  # Shepp and Logan's drawing of a CT slice
WINDOWS = ((-600, 1500), (40, 400), (400, 1800))  # lung, soft tissue, bone: centre, width in HU
WORDS = "the of report patient radiograph lung heart no with acute change was left right in 2020"


@dataclass(frozen=True, eq=False)
class Picture:
    """One picture.

    Attributes:
        kind: what it is.
        origin: the file or drawing it comes from; several pictures may share one.
        pixels: float32 (H, W), range [0, 1].
        read: whether ``read_radiograph`` takes the file.
    """

    kind: str
    origin: str
    pixels: np.ndarray
    read: bool = True


def foreign(seed: int = 0) -> Iterator[Picture]:
    """Yield every picture that is no radiograph."""
    rng = np.random.default_rng(seed)
    yield from _photographs()
    for number in range(40):
        for kind, draw in DRAWINGS.items():
            yield _as_file(kind, f"{kind} {number}", draw(rng))
    yield from _dicom_files()


def altered(pixels: np.ndarray, origin: str, rng: np.random.Generator) -> Iterator[Picture]:
    """Yield what can go wrong with a radiograph on its way to a file.

    Args:
        pixels: float32 (H, W), range [0, 1], of the radiograph.
        origin: its name.
        rng: draws where the crop lies.
    """
    height, width = (side // 3 for side in pixels.shape)
    top, left = (int(rng.integers(0, side - side // 3)) for side in pixels.shape)
    yield Picture("radiograph upside down", origin, np.flipud(pixels).copy())
    yield Picture("radiograph on its side", origin, np.rot90(pixels).copy())
    yield Picture("negative radiograph", origin, 1 - pixels)
    crop = pixels[top : top + height, left : left + width].copy()
    yield Picture("a ninth of a radiograph", origin, crop)


def _as_file(kind: str, origin: str, picture: np.ndarray) -> Picture:
    """Take uint8 (H, W) or (H, W, 3) through a PNG file, as someone would upload it."""
    image, stream = Image.fromarray(picture), io.BytesIO()
    image.save(stream, "PNG")
    return _read(kind, origin, stream.getvalue(), to_grey(image))


def _read(kind: str, origin: str, data: bytes, pixels: np.ndarray) -> Picture:
    """Join a picture with whether the reader takes its file."""
    try:
        read_radiograph(data)
    except RadiographError:
        return Picture(kind, origin, pixels, read=False)
    return Picture(kind, origin, pixels)


def _photographs() -> Iterator[Picture]:
    """Yield the pictures of scikit-image and scikit-learn, each whole and in quarters."""
    paths = [
        path
        for package in (skimage.data, sklearn.datasets)
        for path in sorted(Path(package.__file__).parent.rglob("*"))
        if path.suffix in (".png", ".jpg") and "tests" not in path.parts
    ]
    for path in paths:
        picture = np.asarray(Image.open(path).convert("RGB"))
        kinds = {"colour picture": COLOUR, "text page": TEXT, "CT slice": SLICES}
        kind = next((k for k, names in kinds.items() if path.stem in names), "photograph")
        height, width = (side // 2 for side in picture.shape[:2])
        yield _as_file(kind, path.stem, picture)
        if kind == "CT slice" or min(height, width) < MIN_SIDE:
            continue
        for row in (0, height):
            for column in (0, width):
                quarter = picture[row : row + height, column : column + width]
                yield _as_file(kind, path.stem, np.ascontiguousarray(quarter))


def _text_page(rng: np.random.Generator) -> np.ndarray:
    """Draw lines of words in one size, dark on light or light on dark."""
    paper, ink = (235, 20) if rng.random() < 0.75 else (15, 230)
    image = Image.new("L", (int(rng.integers(400, 900)), int(rng.integers(400, 1100))), paper)
    draw, size = ImageDraw.Draw(image), int(rng.integers(12, 48))
    font, words = ImageFont.load_default(size), WORDS.split()
    for top in range(size, image.height - size, int(size * rng.uniform(1.2, 2.2))):
        count = int(rng.integers(2, max(3, image.width // (3 * size))))
        draw.text((size, top), " ".join(rng.choice(words, count)), ink, font)
    return np.asarray(image)


def _noise(rng: np.random.Generator) -> np.ndarray:
    """Draw normal noise of random grain, as grey levels or as black with white."""
    side = int(rng.integers(160, 480))
    grain = rng.normal(size=(side, side)).astype(np.float32)
    if rng.random() < 0.75:
        grain = cv2.GaussianBlur(grain, (0, 0), float(rng.uniform(0.5, side / 8)))
    grain = (grain - grain.mean()) / grain.std() * rng.uniform(10, 60) + rng.uniform(90, 160)
    if rng.random() < 0.25:
        grain = np.where(grain > grain.mean(), 255, 0)
    return grain.clip(0, 255).astype(np.uint8)


def _flat(rng: np.random.Generator) -> np.ndarray:
    """Draw one grey, a ramp, two halves, or one grey with a little noise."""
    height, width = rng.integers(128, 480, 2)
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    low, high = np.sort(rng.uniform(0, 255, 2))
    angle = rng.uniform(0, 2 * np.pi)
    ramp = x * np.cos(angle) + y * np.sin(angle)
    ramp = (ramp - ramp.min()) / np.ptp(ramp)
    cover = (0 * x, ramp, ramp > 0.5, rng.normal(size=x.shape) / 30)[int(rng.integers(0, 4))]
    return (low + (high - low) * cover).clip(0, 255).astype(np.uint8)


def _colours(rng: np.random.Generator) -> np.ndarray:
    """Draw a dozen ellipses, each of its own colour."""
    side = int(rng.integers(160, 480))
    picture = np.full((side, side, 3), rng.integers(0, 256, 3), np.uint8)
    for _ in range(12):
        centre, axes = rng.integers(0, side, 2), rng.integers(side // 20, side // 3, 2)
        colour = tuple(int(value) for value in rng.integers(0, 256, 3))
        angle = float(rng.uniform(0, 180))
        cv2.ellipse(picture, centre.tolist(), axes.tolist(), angle, 0, 360, colour, -1)
    return picture


DRAWINGS = {"text page": _text_page, "noise": _noise, "flat": _flat, "colour picture": _colours}


def _dicom_files() -> Iterator[Picture]:
    """Yield pydicom's own test pictures of 64 pixels or more, copies in other encodings once."""
    seen: set[bytes] = set()
    for path in sorted((Path(pydicom.__file__).parent / "data" / "test_files").rglob("*")):
        for kind, pixels in _decoded(path) if path.is_file() else ():
            cells = cv2.resize(pixels, (CELLS, CELLS), interpolation=cv2.INTER_AREA)
            digest = np.rint(cells * 20).astype(np.uint8).tobytes()
            if min(pixels.shape) >= MIN_SIDE and digest not in seen:
                seen.add(digest)
                yield _read(kind, path.name, path.read_bytes(), pixels)


def _decoded(path: Path) -> list[tuple[str, np.ndarray]]:
    """Decode a DICOM file's first frame whatever it shows, a CT slice in each of three windows."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dataset = pydicom.dcmread(path)
            array = dataset.pixel_array.astype(np.float32)
    except Exception:  # a file that pydicom's own tests expect to fail
        return []
    colour = dataset.SamplesPerPixel == 3
    while array.ndim > 2 + colour:
        array = array[0]
    array = array @ LUMA if colour else array
    if dataset.get("Modality") != "CT":
        return [("other DICOM", _scaled(array, array.min(), array.max()))]
    units = array * float(dataset.RescaleSlope) + float(dataset.RescaleIntercept)
    windows = [_scaled(units, c - w / 2, c + w / 2) for c, w in WINDOWS]
    return [("CT slice", picture) for picture in windows]


def _scaled(array: np.ndarray, low: float, high: float) -> np.ndarray:
    """Scale to [0, 1], cutting off what lies outside."""
    return ((array - low) / (high - low or 1)).clip(0, 1).astype(np.float32)
