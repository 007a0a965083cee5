"""Batch classification of files, folders and zip archives."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from covid_model.common.classes import SCORE_COLUMNS
from covid_model.common.errors import RadiographError, UsageError
from covid_model.imaging.archives import Source, is_archive, list_files, open_archive
from covid_model.imaging.filenames import in_order, is_junk, printable
from covid_model.imaging.reader import check_bytes
from covid_model.serving.classifier import Classifier, Prediction
from covid_model.serving.diagnosis import CaseResult, classify_case
from covid_model.serving.together import Together

COLUMNS = ("file", "model", "status", "reason", "predicted", *SCORE_COLUMNS, "novelty", "seconds")


@contextmanager
def open_sources(paths: Sequence[Path | str]) -> Iterator[list[Source]]:
    """List every file of some files, folders (with their sub-folders, sorted) or zip archives.

    Hidden files and what systems leave behind are left out; anything else is listed, whatever its
    name says. Nothing is extracted to disk. Archives stay open until the block ends.

    Raises:
        UsageError: if a path does not exist, or there is no file at all.
    """
    with ExitStack() as stack:
        sources = [source for path in paths for source in _of_path(Path(path), stack)]
        if not sources:
            raise UsageError(f"There is no file in {', '.join(map(str, paths))}.")
        yield sources


def classify(
    source: Source, classifiers: Sequence[Classifier], together: Together | None = None
) -> CaseResult:
    """Load one file, then do as ``classify_case``; a bad file is refused and never raises."""
    try:
        data = source.load()
    except RadiographError as error:
        return CaseResult(name=source.name, status="refused", reason=error.message)
    return classify_case(data, source.name, classifiers, together)


def rows(diagnosis: CaseResult) -> list[dict[str, str]]:
    """Return the table's rows for one file by ``COLUMNS``: one a model, one alone if unreadable.

    What the networks say together is the last row. The status is the image's. No class is named
    where it is refused.
    """
    common = {
        **dict.fromkeys(COLUMNS, ""),
        "file": diagnosis.name,
        "status": diagnosis.status,
        "reason": diagnosis.reason,
    }
    return [
        {
            **common,
            "model": prediction.model,
            **({} if diagnosis.withheld else _answer(prediction)),
            "novelty": "" if prediction.novelty is None else f"{prediction.novelty:.3f}",
            "seconds": f"{prediction.seconds:.3f}",
        }
        for prediction in diagnosis.reported
    ] or [common]


def _answer(prediction: Prediction) -> dict[str, str]:
    pairs = zip(SCORE_COLUMNS, prediction.probabilities, strict=True)
    return {
        "predicted": prediction.predicted,
        **{column: f"{value:.6f}" for column, value in pairs},
    }


def _of_path(path: Path, stack: ExitStack) -> Iterator[Source]:
    if path.is_dir():
        files = [file.relative_to(path) for file in path.rglob("*") if file.is_file()]
        for file in sorted(files, key=lambda file: in_order(file.parts)):
            if not is_junk(file.parts):
                yield from _of_file(path / file, stack)
    elif path.is_file():
        yield from _of_file(path, stack)
    else:
        raise UsageError(f"{path} does not exist: give a file, a folder or a zip archive.")


def _of_file(path: Path, stack: ExitStack) -> Iterator[Source]:
    name = printable(str(path))
    try:
        with path.open("rb") as stream:
            if not is_archive(stream.read(4)):
                yield Source.whole(name, partial(_read_file, path))
                return
        archive = open_archive(stack.enter_context(path.open("rb")))
        for member in list_files(archive):
            yield replace(member, name=f"{name}/{member.name}")
    except OSError:  # reading the file will say why
        yield Source.whole(name, partial(_read_file, path))
    except RadiographError as error:
        yield Source.refused(name, error)


def _read_file(path: Path) -> bytes:
    try:
        check_bytes(path.stat().st_size)
        return path.read_bytes()
    except OSError as error:
        raise RadiographError(
            "The file cannot be read ({error}): check that it may be opened.",
            error=error.strerror,
        ) from error
