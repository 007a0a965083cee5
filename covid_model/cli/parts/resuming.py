"""Files of a batch whose rows an earlier table has."""

from collections.abc import Sequence
from dataclasses import dataclass

from covid_model.cli.parts.in_order import in_order
from covid_model.cli.parts.job import Done, Job, Row, digest_of
from covid_model.serving.batch_outputs import overlay_name
from covid_model.serving.diagnosis import UNFORESEEN

AGAIN = UNFORESEEN.template.split("{")[0]  # how the reason begins of what may go well now


@dataclass(frozen=True)
class Kept:
    """What stays of an earlier table.

    Attributes:
        files: what is done, by the file's place in the job, in order.
        rows: theirs, then those of files that this job does not have.
    """

    files: dict[int, Done]
    rows: list[Row]


def keep(job: Job, names: Sequence[str], earlier: Sequence[Sequence[Row]]) -> Kept:
    """Find what need not be done again.

    A file is kept that has the digest in its rows, a row of each network, and its overlays where
    they are wanted. What could not be read, or failed unforeseen, is tried again.

    Args:
        job: what is to be done.
        names: of its files, as column ``file`` has them.
        earlier: rows of the earlier table, a list a file.
    """
    models = [info.architecture for info in job.networks.infos]
    known = {
        (rows[0]["file"], rows[0]["sha256"]): rows
        for rows in earlier
        if rows[0]["sha256"]
        and [row["model"] for row in rows] in (models, [""])
        and not rows[0]["reason"].startswith(AGAIN)
    }
    files = {file for file, _ in known}
    places = [place for place, name in enumerate(names) if name in files]
    with in_order(digest_of, [job.sources[n] for n in places], workers=job.workers) as digests:
        same = {
            place: known.get((names[place], digest))
            for place, digest in zip(places, digests, strict=True)
        }
    kept = {
        place: Done(rows, read=bool(rows[0]["model"]))
        for place, rows in same.items()
        if rows and _has_overlays(job, place, rows)
    }
    here = set(names)
    others = [row for rows in earlier if rows[0]["file"] not in here for row in rows]
    return Kept(kept, [*(row for done in kept.values() for row in done.rows), *others])


def _has_overlays(job: Job, place: int, rows: Sequence[Row]) -> bool:
    if job.cam_dir is None or rows[0]["status"] == "refused":
        return True
    name = job.sources[place].name
    models = [info.architecture for info in job.networks.infos if not info.members]
    return all((job.cam_dir / overlay_name(name, place + 1, one)).exists() for one in models)
