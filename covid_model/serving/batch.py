"""Batch classification of files, folders and zip archives."""

import logging
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import IO

from covid_model.common.errors import CovidModelError, RadiographError, UsageError
from covid_model.common.messages import Message
from covid_model.common.system import logs
from covid_model.common.system.folder_walk import readable, status_of, walk
from covid_model.imaging.archives import (
    START,
    Source,
    empty_archive,
    is_archive,
    list_files,
    open_archive,
)
from covid_model.imaging.filenames import in_order, is_junk, printable
from covid_model.imaging.no_picture import is_no_picture
from covid_model.imaging.reader import check_bytes
from covid_model.serving.batch_table import COLUMNS as COLUMNS
from covid_model.serving.batch_table import rows as rows
from covid_model.serving.classifier import Classifier
from covid_model.serving.diagnosis import UNFORESEEN, CaseResult, classify_case
from covid_model.serving.together import Together

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Listing:
    """The files of a batch.

    Attributes:
        sources: what to read, in order; whatever cannot be opened says why when it is loaded.
        others: how many files of folders and archives are plainly no pictures, and are not listed.
    """

    sources: tuple[Source, ...]
    others: int = 0

    def __iter__(self) -> Iterator[Source]:
        return iter(self.sources)


@dataclass(frozen=True)
class Candidate:
    """A file, or an archive of files, that was found and not opened yet.

    Attributes:
        path: of the file.
        problem: why it cannot be read, None for what may be opened.
        chosen: somebody named it itself, so that it is listed whatever it is.
    """

    path: Path
    problem: RadiographError | None = None
    chosen: bool = False

    def listed(self, stack: ExitStack) -> Listing:
        """List the file, or the files of an archive, which ``stack`` closes."""
        name = printable(str(self.path))
        if self.problem:
            return Listing((Source.refused(name, self.problem),))
        source = Source(name, partial(_read_file, self.path), partial(_read_start, self.path))
        return list_source(source, lambda: self.path.open("rb"), stack, chosen=self.chosen)


@contextmanager
def open_sources(paths: Sequence[Path | str]) -> Iterator[Listing]:
    """List every file of some files, folders (with their sub-folders, sorted) or zip archives.

    Of folders and archives, hidden files, what systems leave behind and what is plainly no picture
    are left out; anything else is listed, whatever its name says. A folder or an archive without a
    picture is listed itself, and so is what cannot be read: a folder that cannot be listed, a link
    that leads nowhere or to a folder listed already, a pipe, a socket or a device, which is never
    opened. Nothing is extracted to disk. Archives stay open until the block ends.

    Raises:
        UsageError: if a path does not exist.
    """
    with ExitStack() as stack:
        listings = [_of_path(Path(path), stack) for path in paths]
        sources = tuple(source for listing in listings for source in listing.sources)
        yield Listing(sources, sum(listing.others for listing in listings))


def find(path: Path) -> list[Candidate]:
    """Find the files of a file or a folder, sorted, without opening any.

    Raises:
        UsageError: if the path does not exist.
    """
    try:
        status = status_of(path)
    except RadiographError as problem:
        missing = isinstance(problem.__cause__, FileNotFoundError | NotADirectoryError)
        if missing and not path.is_symlink():
            raise UsageError(
                f"{path} does not exist: give a file, a folder or a zip archive."
            ) from None
        return [Candidate(path, problem)]
    if not stat.S_ISDIR(status.st_mode):
        return [Candidate(path, chosen=True)]
    found = sorted(walk(path, is_junk), key=lambda one: in_order(one.parts))
    return [Candidate(path.joinpath(*one.parts), one.problem) for one in found]


def list_source(
    source: Source, opened: Callable[[], IO[bytes]], stack: ExitStack, *, chosen: bool = False
) -> Listing:
    """List one file, or the files of an archive.

    Args:
        source: the file.
        opened: opens it for an archive's files.
        stack: closes what is opened.
        chosen: somebody named the file itself, so that it is listed whatever it is.
    """
    if is_no_picture(source):
        return Listing((source,)) if chosen else Listing((), others=1)
    try:
        if not is_archive(source.start()):
            return Listing((source,))
        members = list_files(open_archive(stack.enter_context(opened())))
    except OSError:  # it was there a moment ago: reading it will say why
        return Listing((source,))
    except RadiographError as error:
        return Listing((Source.refused(source.name, error),))
    pictures = [member for member in members if not is_no_picture(member)]
    if not pictures:
        return Listing((Source.refused(source.name, empty_archive()),), len(members))
    sources = tuple(replace(member, name=f"{source.name}/{member.name}") for member in pictures)
    return Listing(sources, len(members) - len(pictures))


def classify(
    source: Source, classifiers: Sequence[Classifier], together: Together | None = None
) -> CaseResult:
    """Load one file, then do as ``classify_case``; a bad file is refused and never raises.

    An unforeseen error is logged, and refuses this one file; the reason, of template
    ``UNFORESEEN``, has the id that the log has.

    Raises:
        RunError: if a network lacks what a prediction needs.
    """
    try:
        return classify_case(source.load(), source.name, classifiers, together)
    except RadiographError as error:
        return CaseResult(name=source.name, status="refused", reason=error.message)
    except CovidModelError:
        raise
    except Exception:  # one file must not take the others with it; its name may be a patient's
        reason = Message(
            UNFORESEEN.template, id=logs.failure(log, "A file could not be classified.")
        )
        return CaseResult(name=source.name, status="refused", reason=reason)


def _of_path(path: Path, stack: ExitStack) -> Listing:
    listings = [candidate.listed(stack) for candidate in find(path)]
    sources = tuple(source for listing in listings for source in listing.sources)
    if not sources:
        empty = RadiographError("The folder holds no picture: give the one that holds them.")
        sources = (Source.refused(printable(str(path)), empty),)
    return Listing(sources, sum(listing.others for listing in listings))


def _read_file(path: Path) -> bytes:
    with readable():
        check_bytes(path.stat().st_size)
        return path.read_bytes()


def _read_start(path: Path) -> bytes:
    with readable(), path.open("rb") as stream:
        return stream.read(START)
