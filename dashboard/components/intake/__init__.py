"""Intake of files: buttons that choose them, samples, the list of those that are loaded."""

import io
from functools import lru_cache
from pathlib import Path

import numpy as np
import streamlit as st
from PIL import Image

from covid_model.imaging import reader
from dashboard.components import display, text
from dashboard.i18n.translate import t
from dashboard.session import cases
from dashboard.session.intake import removal, uploader
from dashboard.session.intake import samples as session_samples

HERE = Path(__file__).resolve().parent
SAMPLES_WIDTH = 640  # pixels
SAMPLE_SIDE = 256  # pixels, of the picture of a sample over its button
MIB = 2**20

_mounted = st.components.v2.component(
    "file_list",
    html="<ul></ul>",
    css=HERE.joinpath("file_list.css").read_text("utf-8"),
    js=HERE.joinpath("file_list.js").read_text("utf-8"),
)


def intake() -> None:
    """Show how files come into the session, the samples and the files that are loaded.

    The browser hears the buttons: ``dashboard.frame.receiver``.
    """
    with st.container(horizontal=True):
        st.button(t("Choose files"), key="choose-files", icon=":material/upload_file:")
        st.button(t("Choose a folder"), key="choose-folder", icon=":material/folder_open:")
        st.button(
            t("Load your readings"),
            key="choose-readings",
            icon=":material/history:",
            type="tertiary",
            help=t("The CSV file of an earlier log of readings, which this one then continues."),
        )
    st.caption(
        _limits(),
        help=t(
            "DICOM, PNG, JPEG, TIFF, WebP, BMP or HEIC, one or many, or a whole study as a zip. "
            "The content decides, not the file's ending, and a file may have none."
        ),
    )
    file_list()
    if cases.by_key():
        samples()


def _limits() -> str:
    way = t("Or drop them anywhere on this page, or paste a picture with Ctrl+V.")
    limits = t(
        "A picture may have {picture} MiB and {pixels} megapixels, a study as a zip {archive} MiB; "
        "the page holds {files} files, {size} MiB together.",
        picture=reader.MAX_BYTES // MIB,
        pixels=reader.MAX_PIXELS // 10**6,
        archive=st.get_option("server.maxUploadSize"),
        files=cases.MAX_CASES,
        size=cases.MAX_BYTES // MIB,
    )
    return f"{way} {limits}"


def file_list(*, key: str = "files") -> None:
    """Show the files that are loaded, each with a button that removes it, and undo a removal.

    Args:
        key: of the list on its page.
    """
    if files := cases.by_key():
        _mounted(
            data={"files": _rows(), "label": t("Loaded files"), "remove": t("Remove {name}")},
            key=key,
            on_remove_change=lambda: uploader.remove(st.session_state[key].get("remove") or ""),
        )
        size = sum(len(case.data) for case in files.values()) / MIB
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                t("Remove all files"),
                key=f"{key}-all",
                icon=":material/delete:",
                on_click=uploader.clear,
            )
            count = t("{count} files, {size:.1f} MiB", count=len(files), size=size)
            st.caption(t("1 file, {size:.1f} MiB", size=size) if len(files) == 1 else count)
    for sentence in uploader.unlisted():
        st.caption(text.plain(t(sentence)))
    if pending := removal.pending():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(t("Undo"), key=f"{key}-undo", icon=":material/undo:", on_click=uploader.undo)
            removed = t(uploader.removed_message(pending.names))
            st.caption(text.plain(f"{removed} {t(uploader.UNDO_ENDS)}"))


def _rows() -> tuple[dict[str, str], ...]:
    """The files as the list gets them, with the first file of the same content where it is one.

    A tuple: of a list Streamlit would ask whether it is a table, and import pandas.
    """
    rows, first = [], dict[str, str]()
    for key, case in cases.by_key().items():
        name = text.said(case.name)
        same = first.setdefault(case.sha256, name)
        note = "" if same == name else t("the same picture as {name}", name=same)
        rows.append({"key": key, "name": name, "note": note})
    return tuple(rows)


def empty() -> None:
    """Say what to do on a page that has no file yet, with the samples in one click."""
    with st.container(border=True):
        st.markdown(t(text.EMPTY))
        with st.container(width=SAMPLES_WIDTH):
            samples()


def samples() -> None:
    """Show the samples that are there, each with a button that takes it."""
    if by_title := session_samples.samples():
        on_purpose = {session_samples.CANT_TELL, session_samples.REFUSAL} <= by_title.keys()
        st.caption(t(text.SAMPLES) + (f" {t(text.ON_PURPOSE)}" if on_purpose else ""))
        with st.container(key="samples"):
            grid = st.grid(len(by_title), min_column_width=90, gap="small")
        for title, sample in by_title.items():
            with grid.cell():
                st.image(_small(sample.data), width="stretch", alt=t(sample.sample))
                st.button(
                    t(title),
                    key=f"sample-{title}",
                    on_click=uploader.add_sample,
                    args=(sample,),
                    width="stretch",
                    wrap=True,
                )


@lru_cache(maxsize=8)
def _small(png: bytes) -> str:
    """Shrink a sample, which is nobody's file, once for all visitors; return it as a data URL."""
    with Image.open(io.BytesIO(png)) as picture:
        picture.thumbnail((SAMPLE_SIDE, SAMPLE_SIDE))
        return display.data_url(np.asarray(picture.convert("L")), "jpeg")
