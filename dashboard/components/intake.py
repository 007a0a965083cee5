"""Uploader and samples."""

import io
from functools import lru_cache

import numpy as np
import streamlit as st
from PIL import Image

from dashboard.components import display, text
from dashboard.i18n.translate import t
from dashboard.session import cases, uploader
from dashboard.session import samples as session_samples

SAMPLES_WIDTH = 640  # pixels
SAMPLE_SIDE = 256  # pixels, of the picture of a sample over its button


def intake() -> None:
    """Show the uploader with the samples; the files go into the session."""
    files = st.file_uploader(
        t("Chest radiographs"),
        accept_multiple_files=True,
        key=uploader.widget_key(),
        on_change=uploader.receive,
        help=t(
            "DICOM, PNG, JPEG, TIFF, WebP, BMP or HEIC, one or many, or a whole study as a zip. "
            "The content decides, not the file's ending, and a file may have none."
        ),
    )
    if not files:
        uploader.forget_shown_files()
    if note := uploader.note():
        st.warning(text.plain(t(note)))
    for unlisted in uploader.unlisted():
        st.caption(text.plain(t(unlisted)))
    if cases.by_key():
        samples()
        st.button(t("Remove all files"), icon=":material/delete:", on_click=uploader.clear)


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
