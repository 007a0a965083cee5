"""Files of a batch, and what each came to."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from covid_model.common.errors import RadiographError
from covid_model.common.system.digests import sha256

if TYPE_CHECKING:
    from covid_model.cli.parts.networks import Asked
    from covid_model.imaging.archives import Source

Row = dict[str, str]


@dataclass(frozen=True)
class Done:
    """What one file came to; the picture itself is let go.

    Attributes:
        rows: of the table.
        overlays: name -> PNG.
        read: it could be read.
        unforeseen: something that nobody foresaw refused it.
    """

    rows: Sequence[Row]
    overlays: dict[str, bytes] = field(default_factory=dict)
    read: bool = True
    unforeseen: bool = False


@dataclass(frozen=True)
class Job:
    """What is to be done.

    Attributes:
        sources: the files, in order.
        networks: to ask about them.
        workers: how many files at once.
        cam_dir: where overlays go, None for none.
    """

    sources: "Sequence[Source]"
    networks: "Asked"
    workers: int
    cam_dir: Path | None

    def one(self, place: int) -> Done:
        """Classify a file by its place in ``sources``."""
        number = place + 1 if self.cam_dir else 0
        return classify_one(self.sources[place], self.networks, number=number)

    def write_overlays(self, done: Done) -> None:
        """Write the overlays of a file."""
        if self.cam_dir:
            for name, picture in done.overlays.items():
                (self.cam_dir / name).write_bytes(picture)


def classify_one(source: "Source", networks: "Asked", *, number: int = 0) -> Done:
    """Classify one file; a bad one is refused and never raises.

    Args:
        source: the file.
        networks: to ask.
        number: of the file in the batch, from 1, where overlays are wanted.

    Raises:
        RunError: if a network lacks what a prediction needs.
    """
    from covid_model.serving import batch, batch_outputs, batch_table
    from covid_model.serving.diagnosis import UNFORESEEN

    digest = ""

    def load() -> bytes:
        nonlocal digest
        data = source.load()
        digest = sha256(data)
        return data

    result = batch.classify(replace(source, load=load), networks.classifiers, networks.together)
    run = networks.run.name
    rows = batch_table.rows(result, run=run)
    return Done(
        rows=[{**row, "sha256": digest} for row in rows],
        overlays=batch_outputs.overlays(result, number, run=run) if number else {},
        read=result.radiograph is not None,
        unforeseen=getattr(result.reason, "template", "") == UNFORESEEN,
    )


def digest_of(source: "Source") -> str:
    """SHA-256 of a file's bytes, "" where it cannot be read."""
    try:
        return sha256(source.load())
    except RadiographError:
        return ""
