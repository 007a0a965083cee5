"""Many files at once: those given, those in folders, those in zip archives."""

import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from covid_model.classes import SCORE_COLUMNS
from covid_model.errors import RadiographError, UsageError
from covid_model.radiograph import MAX_BYTES, check_bytes
from covid_model.serving.classifier import Classifier, Prediction
from covid_model.serving.diagnose import Diagnosis, diagnose

COLUMNS = ("file", "model", "status", "reason", "predicted", *SCORE_COLUMNS, "novelty", "seconds")
ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")


@dataclass(frozen=True)
class Source:
    """One file to classify.

    Attributes:
        name: the path as given, or "archive.zip/member".
        load: returns the bytes; raises ``RadiographError`` where they cannot be had.
    """

    name: str
    load: Callable[[], bytes]


@contextmanager
def open_sources(paths: Sequence[Path | str]) -> Iterator[list[Source]]:
    """List every file of some files, folders (with their sub-folders, sorted) or zip archives.

    Hidden files are left out; anything else is listed, whatever its name says. Nothing is
    extracted to disk. Archives stay open until the block ends.

    Raises:
        UsageError: if a path does not exist, or there is no file at all.
    """
    with ExitStack() as stack:
        found = [source for path in paths for source in _of_path(Path(path), stack)]
        if not found:
            raise UsageError(f"There is no file in {', '.join(map(str, paths))}.")
        yield found


def classify(source: Source, classifiers: Sequence[Classifier]) -> Diagnosis:
    """Load one file, then ask every classifier; a bad file is refused and never raises."""
    try:
        data = source.load()
    except RadiographError as error:
        return Diagnosis(name=source.name, status="refused", reason=error.sentence)
    return diagnose(data, source.name, classifiers)


def rows(diagnosis: Diagnosis) -> list[dict[str, str]]:
    """Return the table's rows for one file by ``COLUMNS``: one a model, one alone if unreadable.

    The status is the image's. No class is named where it is refused.
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
        for prediction in diagnosis.predictions
    ] or [common]


def _answer(prediction: Prediction) -> dict[str, str]:
    pairs = zip(SCORE_COLUMNS, prediction.probabilities, strict=True)
    return {
        "predicted": prediction.predicted,
        **{column: f"{value:.6f}" for column, value in pairs},
    }


def _of_path(path: Path, stack: ExitStack) -> Iterator[Source]:
    if path.is_dir():
        files = (file for file in path.rglob("*") if file.is_file())
        for file in sorted(files):
            if not _hidden(file.relative_to(path).parts):
                yield from _of_file(file, stack)
    elif path.is_file():
        yield from _of_file(path, stack)
    else:
        raise UsageError(f"{path} does not exist: give a file, a folder or a zip archive.")


def _of_file(path: Path, stack: ExitStack) -> Iterator[Source]:
    name = _printable(str(path))
    try:
        with path.open("rb") as stream:
            is_zip = stream.read(4) in ZIP_STARTS
        archive = stack.enter_context(zipfile.ZipFile(path)) if is_zip else None
    except OSError:
        archive = None  # reading the file will say why
    except (zipfile.BadZipFile, NotImplementedError):
        yield Source(name, _refuse_archive)
        return
    if archive is None:
        yield Source(name, partial(_read_file, path))
        return
    for member in sorted(archive.infolist(), key=lambda member: member.filename):
        if not member.is_dir() and not _hidden(PurePosixPath(member.filename).parts):
            member_name = f"{name}/{_printable(member.filename)}"
            yield Source(member_name, partial(_read_member, archive, member))


def _printable(name: str) -> str:
    """Spell out bytes of a file name that are no UTF-8, which no text file could hold."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def _hidden(parts: Sequence[str]) -> bool:
    names = [part for part in parts if part.strip(".")]  # ".." is no name
    return any(name.startswith(".") or name == "__MACOSX" for name in names)


def _read_file(path: Path) -> bytes:
    try:
        check_bytes(path.stat().st_size)
        return path.read_bytes()
    except OSError as error:
        raise RadiographError(
            f"The file cannot be read ({error.strerror}): check that it may be opened."
        ) from error


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    check_bytes(member.file_size)
    try:
        with archive.open(member) as stream:
            return stream.read(MAX_BYTES + 1)  # the size stated may be wrong
    except Exception as error:  # locked or damaged members raise almost anything
        raise RadiographError(
            f"The file cannot be unpacked ({error}): unpack the archive yourself or make it again."
        ) from error


def _refuse_archive() -> bytes:
    raise RadiographError("The zip archive is damaged or cut short: copy it again.")
