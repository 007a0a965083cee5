"""Averages of aligned films with the sharpness and the greys of a single one."""

import cv2
import numpy as np

DEPTH = 7  # levels of the pyramid
PLAIN = 3  # of them, the coarsest, which are averaged and left as they are
TRIM = 0.2  # share of the films left out at each end of each pixel: a letter, a wire
AROUND = 3.0  # pixels of a level, within which its strength is measured
MEDIAN_OF_SQUARE = 0.4549  # of a standard normal variable, whose mean square is 1
STRETCHED = (0.5, 99.5)  # percentiles of each film that become black and white


def blended(films: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Average films level by level of a Laplacian pyramid (Burt and Adelson 1983).

    An average of many is blurred, as fine detail cancels out. So each fine level gets the strength
    that it has in a single film, then the greys get the films' mean histogram.

    Args:
        films: float32 (n, h, w), range [0, 1], aligned.
        inside: bool (n, h, w), where each film has a picture.

    Returns:
        uint8 (h, w).
    """
    films = np.stack([_stretched(one, there) for one, there in zip(films, inside, strict=True)])
    pyramids = [_pyramid(one) for one in films]
    levels = []
    for number, level in enumerate(zip(*pyramids, strict=True)):
        stacked = np.stack(level)
        mean = _trimmed_mean(stacked)
        if number < DEPTH - PLAIN:
            mean *= _gain(mean, stacked)
        levels.append(mean)
    picture = levels.pop()
    while levels:
        finer = levels.pop()
        picture = cv2.pyrUp(picture, dstsize=finer.shape[::-1]) + finer
    return np.rint(255 * _matched(picture, films)).astype(np.uint8)


def likeness(picture: np.ndarray, films: np.ndarray) -> float:
    """The highest correlation of a picture's fine detail with that of any film.

    Args:
        picture: uint8 (h, w).
        films: float32 (n, h, w), aligned with it.

    Returns:
        In [-1, 1]: near 1 where the picture shows one of the films.
    """
    detail = _detail(picture.astype(np.float32))
    return max(float(np.corrcoef(detail, _detail(one))[0, 1]) for one in films)


def _detail(picture: np.ndarray) -> np.ndarray:
    return (picture - cv2.GaussianBlur(picture, (0, 0), 4)).ravel()


def _stretched(picture: np.ndarray, inside: np.ndarray) -> np.ndarray:
    low, high = np.percentile(picture[inside], STRETCHED)
    return np.clip((picture - low) / max(float(high - low), 1 / 255), 0, 1).astype(np.float32)


def _pyramid(picture: np.ndarray) -> list[np.ndarray]:
    """Laplacian levels from fine to coarse; the last is what remains."""
    levels = []
    for _ in range(DEPTH - 1):
        coarser = cv2.pyrDown(picture)
        levels.append(picture - cv2.pyrUp(coarser, dstsize=picture.shape[::-1]))
        picture = coarser
    return [*levels, picture]


def _trimmed_mean(stacked: np.ndarray) -> np.ndarray:
    """The mean over the first axis without the lowest and highest, float32 (h, w)."""
    cut = int(TRIM * len(stacked))
    return np.sort(stacked, axis=0)[cut : len(stacked) - cut].mean(axis=0)


def _gain(mean: np.ndarray, stacked: np.ndarray) -> np.ndarray:
    """How much stronger the detail of one film is than that of the mean, around each pixel.

    Near 1 where the films agree, as at the rim of the aligned lungs, at most the square root of
    their number, by which chance alone weakens the mean.
    """
    of_one = np.sqrt(_around(np.median(stacked**2, axis=0)) / MEDIAN_OF_SQUARE)
    gain = of_one / np.maximum(np.sqrt(_around(mean**2)), 1e-4)
    return np.clip(gain, 1, np.sqrt(len(stacked)))


def _around(picture: np.ndarray) -> np.ndarray:
    return cv2.GaussianBlur(picture, (0, 0), AROUND)


def _matched(picture: np.ndarray, films: np.ndarray) -> np.ndarray:
    """Give a picture the films' mean histogram, float32 (h, w), range [0, 1]."""
    shares = np.linspace(0, 100, 257)
    wanted = np.mean([np.percentile(one, shares) for one in films], axis=0)
    return np.interp(picture, np.percentile(picture, shares), wanted).astype(np.float32)
