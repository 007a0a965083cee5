"""Takes files from anywhere on a page: dropped, pasted or chosen, into one hidden uploader.

Pages have buttons with the keys of ``session.uploader``; the browser's part hears their clicks. It
stands beside the pages and not in them, so that a switch of the page loses nothing on its way.
"""

from pathlib import Path

import streamlit as st

from covid_model.runs.model_card.markdown import as_text
from dashboard.i18n.translate import t
from dashboard.session import cases
from dashboard.session.intake import uploader
from dashboard.session.readings import reading

HERE = Path(__file__).resolve().parent
MAX_FILES = 4 * cases.MAX_CASES  # at once: a folder's files may be no pictures

_mounted = st.components.v2.component(
    "receiver",
    html='<div class="target" hidden></div><div class="said" role="status"></div>',
    css=HERE.joinpath("receiver.css").read_text("utf-8"),
    js=HERE.joinpath("receiver.js").read_text("utf-8"),
)


def listen() -> None:
    """Take what is dropped, pasted or chosen; call it before the page is drawn."""
    size = cases.MAX_BYTES >> 20
    uploader.receive()  # before the widget makes a copy of what came
    said, sentence = uploader.said()
    with st.container(key="receiver"):
        st.file_uploader(t("Chest radiographs"), accept_multiple_files=True, key=uploader.KEY)
        _mounted(
            data={
                "files": MAX_FILES,
                "bytes": cases.MAX_BYTES,
                "loses": bool(cases.by_key() or reading.log().readings),
                "said": (said, t(sentence)),  # of a list Streamlit asks pandas
                "taken": uploader.numbers_taken(MAX_FILES),
                "drop": t("Drop the files to add them"),
                "pasted": t("pasted"),
                "sending": t("Files on their way: {count}."),
                "failed": t("Files that could not be sent: {count}. Add them again."),
                "unsent": t(
                    "Files left out: {count}. At most {files} files or {size} MiB go at once.",
                    count="{count}",
                    files=MAX_FILES,
                    size=size,
                ),
                "none": t("There is no file in it."),
            },
            key="receiver-script",
            height=0,
        )


def note() -> None:
    """Say what could not be taken of the files that came last, until that is closed."""
    if sentence := uploader.note():
        st.warning(as_text(t(sentence)))
        st.button(t("Close this note"), key="close-note", on_click=uploader.close_note)
