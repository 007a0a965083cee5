"""Perceptual hashes and copies of one radiograph that they find."""

from collections.abc import Iterable, Sequence

import imagehash
import numpy as np
from PIL import Image

from covid_model.data.duplicates.disjoint_sets import DisjointSets

HASH_SIDE = 16  # 256 bits
# Among 7,085 radiographs of covid-chestxray-dataset, Kermany and NIH, copies of one differed by 22
# bits or fewer, any other two by 38 or more; none by what lies between.
LIMIT = 24


def perceptual_hash(pixels: np.ndarray) -> np.ndarray:
    """Hash a picture by the signs of its low cosine frequencies (ImageHash's ``phash``).

    Args:
        pixels: float32 (H, W), range [0, 1].

    Returns:
        uint64 (4,): 256 bits.
    """
    picture = Image.fromarray(np.rint(pixels * 255).astype(np.uint8))
    bits = imagehash.phash(picture, hash_size=HASH_SIDE).hash
    return np.packbits(bits.ravel()).view(np.uint64)


def copies(hashes: np.ndarray, *, limit: int = LIMIT) -> dict[int, tuple[int, int]]:
    """Find pictures that equal an earlier one that is kept.

    Args:
        hashes: uint64 (n, 4), in the order of preference.
        limit: bits by which two hashes of one radiograph differ at most.

    Returns:
        For each copy's row, the row of the nearest kept picture with their distance in bits.
    """
    firsts = np.empty_like(hashes)
    rows: list[int] = []
    nearby = {}
    for row, bits in enumerate(hashes):
        distances = np.bitwise_count(firsts[: len(rows)] ^ bits).sum(axis=1)
        nearest = int(distances.argmin()) if rows else -1
        if rows and distances[nearest] <= limit:
            nearby[row] = rows[nearest], int(distances[nearest])
        else:
            firsts[len(rows)] = bits
            rows.append(row)
    return nearby


def one_id_each(patients: Sequence[str], same: Iterable[tuple[int, int]]) -> list[str]:
    """Give patients who share a radiograph one id, that of the first of them.

    Args:
        patients: id by picture.
        same: pairs of rows that show one radiograph.

    Returns:
        The id by picture; without this, dropping a copy would hide that two ids are one person.
    """
    first = {patient: row for row, patient in reversed(list(enumerate(patients)))}
    people = DisjointSets(patients)
    for row, other in same:
        roots = sorted(map(people.root, (patients[row], patients[other])), key=first.__getitem__)
        people.join(roots[1], roots[0])
    return [people.root(patient) for patient in patients]
