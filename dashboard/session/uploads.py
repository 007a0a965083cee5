"""Uploaded files, and the pictures inside uploaded archives."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from covid_model.common.errors import RadiographError
from covid_model.common.messages import Message
from covid_model.common.system.digests import sha256
from covid_model.imaging.archives import (
    Source,
    empty_archive,
    is_archive,
    list_files,
    open_archive,
)
from covid_model.imaging.filenames import is_junk, parts_of
from covid_model.imaging.formats import kind_of

if TYPE_CHECKING:  # the first page is there sooner without NumPy
    from covid_model.serving.pacs.films import Film


@dataclass(frozen=True, eq=False)
class Case:
    """One file of this session: an upload, or a sample when ``sample`` says what it is."""

    name: str
    data: bytes
    sample: str = ""
    refusal: Message | None = None  # why there are no bytes: the file is damaged in its archive
    film: Film | None = None  # where it lies in the PACS, None for an upload

    def load(self) -> bytes:
        """Return the bytes, or raise ``RadiographError`` where there are none."""
        if self.refusal is not None:
            raise RadiographError(self.refusal)
        return self.data

    @cached_property
    def key(self) -> str:
        """Digest of name with content, so that the same file is never listed twice."""
        return sha256(self.name.encode() + b"\0" + self.data)

    @cached_property
    def sha256(self) -> str:
        """Digest of the content alone: the same picture under another name is no other picture."""
        return sha256(self.data or self.name.encode())


@dataclass(frozen=True)
class UploadContent:
    """The content of an uploaded file.

    Attributes:
        sources: the files to list, in order, films first and other modalities last so that they
            crowd out no radiograph; loading one that is damaged says why.
        others: how many files of the archive or folder are no pictures, and are not listed.
    """

    sources: tuple[Source, ...]
    others: int = 0


def content_of(name: str, data: bytes) -> UploadContent:
    """List the content of an uploaded file; an archive without pictures is listed with its reason.

    Args:
        name: of the file, with the folders above it where a folder was given, whose other files
            are left out as those of an archive are; pictures of an archive are named after it.
        data: the file's bytes.
    """
    *folders, _ = parts = parts_of(name) or [name]
    if folders and is_junk(parts):
        return UploadContent(())
    if not is_archive(data):
        source = Source.whole(name, lambda: data)
        picture = not folders or _rank(source) is not None
        return UploadContent((source,)) if picture else UploadContent((), others=1)
    try:
        files = list_files(open_archive(io.BytesIO(data)))
    except RadiographError as error:
        return UploadContent((Source.refused(name, error),))
    listed = [(rank, file) for file in files if (rank := _rank(file)) is not None]
    if not listed:
        return UploadContent((Source.refused(name, empty_archive()),))
    listed.sort(key=lambda ranked: ranked[0])
    sources = tuple(replace(file, name=f"{name}/{file.name}") for _, file in listed)
    return UploadContent(sources, others=len(files) - len(listed))


def load_case(source: Source) -> Case:
    """Return a file with its bytes, or with the reason why it has none."""
    try:
        return Case(source.name, source.load())
    except RadiographError as error:
        return Case(source.name, b"", refusal=error.message)


def left_out_message(names: Sequence[str], *, files: int, size: int) -> Message:
    """Say which files a page of at most ``files`` files and ``size`` MiB has no room for."""
    return Message(
        "{count} of the files, {name} first, are left out: this page holds at most {files} files "
        "or {size} MiB. Remove some and add these again, or classify a whole folder with "
        "python -m covid_model classify.",
        count=len(names),
        name=names[0],
        files=files,
        size=size,
    )


def not_listed_message(name: str, count: int) -> Message:
    """Say how many files of an archive or a folder are no pictures."""
    return Message(
        "Files in {name} that are neither DICOM files nor pictures, and so not listed: {count}.",
        name=name,
        count=count,
    )


def _rank(file: Source) -> int | None:
    """Return 0 for a film, 1 for pictures of films, as key images, 2 for what is refused, as a CT.

    None where it is no picture.
    """
    from covid_model.imaging.dicom.checks import is_other_modality, is_secondary  # imports pydicom

    try:
        start = file.start()
    except RadiographError:
        return 0  # it is listed, and loading it says why
    kind = kind_of(start)
    if kind != "DICOM":
        return 1 if kind else None
    return 2 if is_other_modality(start) else int(is_secondary(start))
