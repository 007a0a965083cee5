"""What one training command is to write."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

WEIGHT_FORMATS = ("float32", "float16", "int8")  # of ``model.tflite``


@dataclass(frozen=True)
class Job:
    """What to fit and where to write it.

    Attributes:
        models: keys of ``architectures.ARCHITECTURES``.
        out: the run folder to write.
        weights: ``imagenet``, ``random`` or a path, as ``build_backbone`` takes it.
        weights_format: ``auto``, one of ``WEIGHT_FORMATS``, or "" to write reports only.
        cache: folder of the frozen features, None for the user's cache.
        title: what people call the run.
        companion: name of the run to show beside it.
        notes: sentences to show with the run.
        keep: runs of the same split, whose networks that are not in ``models`` are taken over.
        laterals: folder of lateral views that a head learns to recognise, None for no such head.
        leave_out_by: column of ``metadata.csv`` or CSV file whose groups are left out in turn,
            as ``left_out_groups`` takes it; "" for none.
    """

    models: Sequence[str]
    out: Path
    weights: str = "imagenet"
    weights_format: str = "auto"
    cache: Path | None = None
    title: str = ""
    companion: str | None = None
    notes: Sequence[str] = ()
    keep: Sequence[Path] = ()
    laterals: Path | None = None
    leave_out_by: str = ""
