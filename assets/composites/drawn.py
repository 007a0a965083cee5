"""Composites drawn from a run's training radiographs, and a test card."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from assets.composites.aligned import Film, aligned, film
from assets.composites.blended import blended, likeness
from covid_model.data.run_split import split_table
from covid_model.imaging.reader import read_radiograph
from covid_model.inference.lung_segmentation import LungSegmenter
from covid_model.runs import Run

LICENCES = ("CC0", "CC0 (NIH)", "CC BY", "CC BY 4.0")  # that allow derived works, for any use
READ = "radiologists"  # the label quality that is preferred within a source
SHARP = 300  # pixels, the least short side; where it is known
MOST_ALIKE = 0.5  # correlation of the fine detail of a composite with any of its films


@dataclass(frozen=True, eq=False)
class Drawn:
    """One picture that may become a sample.

    Attributes:
        classes: what its radiographs are labelled; () of the test card.
        png: the file.
        images: how many radiographs it is the average of, each of another patient.
        sources: the name, licence and number of images of each source.
        likeness: the highest correlation of its fine detail with that of one radiograph.
        seed: of the draw.
    """

    classes: tuple[str, ...]
    png: bytes
    images: int = 0
    sources: tuple[dict[str, object], ...] = ()
    likeness: float = 0.0
    seed: int = 0


class Drawer:
    """Draws composites of training radiographs whose licences allow it, never two of a patient."""

    def __init__(self, run: Run, folder: Path, *, without: Sequence[str] = ()) -> None:
        """Hold the training part of a run, as far as ``folder`` still has it, less some sources."""
        split = split_table(run).query("part == 'train'")[["path"]]
        frame = pd.read_csv(folder / "metadata.csv", dtype=str, keep_default_na=False)
        frame = split.merge(frame, on="path").sort_values("path")
        if "licence" not in frame or "part" not in frame:
            raise SystemExit("Expected the columns licence, part in metadata.csv: add them.")
        allowed = frame["licence"].isin(LICENCES) & (frame["part"] != "train")
        allowed &= ~frame["source"].isin(without)
        if "width" in frame and "height" in frame:
            sides = frame[["width", "height"]].apply(pd.to_numeric, errors="coerce")
            allowed &= ~(sides.min(axis=1) < SHARP)
        self._folder, self._segmenter = folder, LungSegmenter.load()
        self._frame = frame[allowed]
        self._film = lru_cache(maxsize=None)(self._read)

    def groups(self, images: int) -> list[tuple[str, str]]:
        """The (label, source) that have twice as many patients as ``images``."""
        patients = self._frame.groupby(["label", "source"])["patient_id"].nunique()
        return [key for key, count in patients.items() if count >= 2 * images]

    def draw(self, groups: Sequence[tuple[str, str]], images: int, seed: int) -> Drawn | None:
        """Average radiographs of groups in equal parts; None where one of them shows through."""
        rng = np.random.default_rng(seed)
        share = images // len(groups)
        chosen = [row for group in groups for row in self._chosen(group, share, rng)]
        if len({row.patient_id for row, _ in chosen}) < share * len(groups):
            return None
        films, inside = aligned([one for _, one in chosen])
        picture = blended(films, inside)
        alike = likeness(picture, films)
        counts = pd.DataFrame([(row.source, row.licence) for row, _ in chosen]).value_counts()
        return (
            None
            if alike > MOST_ALIKE
            else Drawn(
                classes=tuple(label for label, _ in groups),
                png=encoded(picture),
                images=len(chosen),
                sources=tuple(
                    {"source": source, "licence": licence, "images": int(count)}
                    for (source, licence), count in sorted(counts.items())
                ),
                likeness=round(alike, 3),
                seed=seed,
            )
        )

    def _chosen(
        self, group: tuple[str, str], count: int, rng: np.random.Generator
    ) -> Iterator[tuple[pd.Series, Film]]:
        label, source = group
        rows = self._frame.query("label == @label and source == @source")
        read = rows[rows["label_quality"] == READ] if "label_quality" in rows else rows[:0]
        rows = read if read["patient_id"].nunique() >= 2 * count else rows
        rows = rows.iloc[rng.permutation(len(rows))].drop_duplicates("patient_id")
        for _, row in rows.iterrows():
            one = self._film(row["path"]) if count else None
            if one is not None:
                count -= 1
                yield row, one

    def _read(self, path: str) -> Film | None:
        data = (self._folder / path).read_bytes()
        return film(read_radiograph(data, path).pixels, self._segmenter)


def encoded(picture: np.ndarray) -> bytes:
    """A picture, uint8 (h, w), as the bytes of a PNG file."""
    return cv2.imencode(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, 9])[1].tobytes()


def drawn_card(size: int = 480) -> Drawn:
    """Draw a grey wedge, line pairs and a circle with a cross: no radiograph at all."""
    card = np.full((size, size), 128, np.uint8)
    card[size // 24 : size // 6] = np.repeat(np.linspace(0, 255, 12), size // 12).astype(np.uint8)
    for number in range(6):
        block = card[-size // 6 : -size // 24, number * size // 6 : (number + 1) * size // 6]
        block[:] = np.where(np.arange(block.shape[1]) // (2 + number) % 2, 255, 0)
    middle, radius = (size // 2, size // 2), size // 4
    for step in (1.0, 0.66, 0.33):
        cv2.circle(card, middle, round(radius * step), 255, 2, cv2.LINE_AA)
    cv2.drawMarker(card, middle, 0, cv2.MARKER_CROSS, 2 * radius, 2)
    cv2.putText(card, "TEST CARD", (size // 3, size // 2 - 8), cv2.FONT_HERSHEY_SIMPLEX, 1, 0, 2)
    return Drawn((), encoded(card))
