"""Random changes of training radiographs, made with OpenCV on uint8."""

import cv2
import numpy as np

from covid_model.training.inputs.artifacts import add_artifacts
from covid_model.training.recipes.augmentation import Augmentation


def augment(
    image: np.ndarray, size: int, config: Augmentation, rng: np.random.Generator
) -> np.ndarray:
    """Return a random variant of one image.

    Args:
        image: uint8 (h, w).
        size: height, which is also the width, of the result in pixels.
        config: how far the variant may be from the image.
        rng: source of randomness.

    Returns:
        uint8 (size, size).
    """
    out = cv2.resize(
        _crop(_rotate(image, config, rng), config, rng), (size, size), interpolation=cv2.INTER_AREA
    )
    out = _blur_and_noise(cv2.LUT(out, _grey_curve(config, rng)), config, rng)
    out = _border(out, config, rng)
    if config.flip > 0 and rng.random() < config.flip:
        out = np.ascontiguousarray(out[:, ::-1])
    return add_artifacts(out, rng, coarse=config.coarse, marks=config.marks)


def _rotate(image: np.ndarray, config: Augmentation, rng: np.random.Generator) -> np.ndarray:
    height, width = image.shape
    angle = rng.uniform(-config.rotation, config.rotation)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    mode = cv2.BORDER_REPLICATE if rng.random() < 0.5 else cv2.BORDER_CONSTANT
    return cv2.warpAffine(image, matrix, (width, height), borderMode=mode)


def _crop(image: np.ndarray, config: Augmentation, rng: np.random.Generator) -> np.ndarray:
    height, width = image.shape
    area = rng.uniform(config.crop, 1.0)
    aspect = np.exp(rng.uniform(-1, 1) * np.log(config.stretch))
    h = min(height, round(height * np.sqrt(area * aspect)))
    w = min(width, round(width * np.sqrt(area / aspect)))
    top, left = rng.integers(0, height - h + 1), rng.integers(0, width - w + 1)
    return image[top : top + h, left : left + w]


def _grey_curve(config: Augmentation, rng: np.random.Generator) -> np.ndarray:
    """Lookup table uint8 (256,) of one random gamma, contrast and brightness."""
    levels = np.linspace(0.0, 1.0, 256) ** np.exp(rng.uniform(-1, 1) * np.log(config.gamma))
    levels = (levels - 0.5) * (1 + rng.uniform(-1, 1) * config.contrast) + 0.5
    levels += rng.uniform(-1, 1) * config.brightness
    return np.clip(levels * 255, 0, 255).astype(np.uint8)


def _blur_and_noise(
    image: np.ndarray, config: Augmentation, rng: np.random.Generator
) -> np.ndarray:
    if config.blur > 0 and rng.random() < 0.3:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.1, 1.0) * config.blur)
    if config.noise > 0 and rng.random() < 0.3:
        noise = rng.standard_normal(image.shape, np.float32) * rng.uniform(0, config.noise) * 255
        image = np.clip(image + noise, 0, 255).astype(np.uint8)
    return image


def _border(image: np.ndarray, config: Augmentation, rng: np.random.Generator) -> np.ndarray:
    """Cover the rim with one flat grey half of the time: frames stop being a cue."""
    if config.border > 0 and rng.random() < 0.5:
        image = image.copy()
        height, width = image.shape
        top, bottom = (rng.uniform(0, config.border, 2) * height).astype(int)
        left, right = (rng.uniform(0, config.border, 2) * width).astype(int)
        grey = int(rng.choice(np.array([0, 0, 255, rng.integers(0, 256)])))
        image[:top], image[height - bottom :] = grey, grey
        image[:, :left], image[:, width - right :] = grey, grey
    return image
