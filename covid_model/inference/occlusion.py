"""Occlusion of the lungs, or of all but the lungs or the border, by flat grey."""

import cv2
import numpy as np

RIM = 0.02  # of the mask's longer side, by which lungs are widened before they are hidden


def hide_lungs(pixels: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Hide the lungs with a narrow rim around them, so that no outline is left to see.

    Args:
        pixels: float32 (H, W), range [0, 1].
        mask: bool (H, W), true where the lungs are.

    Returns:
        float32 (H, W), range [0, 1]; what is hidden has the mean grey of what stays.
    """
    side = 2 * max(1, round(RIM * max(mask.shape))) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return _hidden(pixels, cv2.dilate(mask.astype(np.uint8), kernel) > 0)


def only_lungs(pixels: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Hide everything but the lungs.

    Args:
        pixels: float32 (H, W), range [0, 1].
        mask: bool (H, W), true where the lungs are.

    Returns:
        float32 (H, W), range [0, 1]; what is hidden has the mean grey of the lungs.
    """
    return _hidden(pixels, ~mask)


def only_border(pixels: np.ndarray, share: float = 0.1) -> np.ndarray:
    """Hide everything but a frame along the picture's edges.

    Args:
        pixels: float32 (H, W), range [0, 1].
        share: the frame's thickness as a share of each side, in (0, 0.5).

    Returns:
        float32 (H, W), range [0, 1]; what is hidden has the mean grey of the frame.
    """
    top, left = (max(1, round(share * length)) for length in pixels.shape)
    inside = np.zeros(pixels.shape, bool)
    inside[top:-top, left:-left] = True
    return _hidden(pixels, inside)


def share_inside(heatmap: np.ndarray, mask: np.ndarray) -> float | None:
    """Return the share of a heatmap's sum that lies inside a mask.

    Args:
        heatmap: float32 (h, w), >= 0, of any size; resized bilinearly to that of the mask.
        mask: bool (H, W).

    Returns:
        A share in [0, 1], None for a map without any heat.
    """
    height, width = mask.shape
    heat = cv2.resize(heatmap, (width, height), interpolation=cv2.INTER_LINEAR)
    total = float(heat.sum(dtype=np.float64))
    return float(heat[mask].sum(dtype=np.float64)) / total if total > 0 else None


def _hidden(pixels: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """Fill hidden pixels with the mean of the others, or of all where no other is left."""
    stays = pixels if hidden.all() else pixels[~hidden]
    return np.where(hidden, stays.mean(dtype=np.float64), pixels).astype(np.float32)
