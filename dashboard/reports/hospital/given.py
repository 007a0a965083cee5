"""Widgets by which a visitor gives radiographs with their truth, its columns and its words."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import streamlit as st

from covid_model.common.classes import CLASS_NAMES, TITLES
from covid_model.common.errors import CovidModelError
from covid_model.data.hospital.labels import LEFT_OUT, Meanings, UnknownWords, classes_of, key_of
from covid_model.data.hospital.listing import Listing
from covid_model.data.hospital.table import Naming, Table, columns_of, read_truth
from dashboard.components import text
from dashboard.i18n.translate import t
from dashboard.reports.hospital import text as hospital_text
from dashboard.reports.hospital import upload, work
from dashboard.reports.hospital.upload import Upload
from dashboard.session.intake import uploader

KIND, UPLOADER, TRUTH = "hospital-kind", "hospital-upload", "hospital-truth"
WORD, COLUMN = "hospital-word", "hospital-column"
_UPLOADS = "hospital-uploads"  # how many came: another key empties the uploader
MOST_WORDS = 30  # that are asked about; more are no words for a class
HIGH = 340  # pixels of a list of files


def source() -> str:
    """Let the visitor give a zip, or the truth for the files that are loaded; return which."""
    kinds = {upload.ZIP: t("A zip with a table"), upload.FILES: t("The files that are loaded here")}
    kind = st.segmented_control(
        t("Radiographs"), list(kinds), default=upload.ZIP, required=True,
        format_func=kinds.__getitem__, key=KIND, persist_state="session", wrap=True,
    )  # fmt: skip
    if kind == upload.FILES:
        st.caption(t(hospital_text.FILES_HELP))
        _take(t("A table of file and truth (CSV), or choose below"), ["csv", "tsv"], _table)
    else:
        st.caption(t(hospital_text.ZIP_HELP))
        _take(t("A zip with radiographs and a table of file and truth"), ["zip"], _zip)
    given = work.current().upload
    if given and (given.kind == upload.ZIP) == (kind != upload.FILES):
        _given(given)
    return kind or upload.ZIP


def _take(label: str, endings: list[str], taken: Callable[[str, bytes], Upload]) -> None:
    """Show an uploader that holds nothing: what comes is taken at once, or refused."""
    key = f"{UPLOADER}-{endings[0]}-{st.session_state.get(_UPLOADS, 0)}"
    file = st.file_uploader(label, type=endings, key=key)
    if file is None:
        return
    name, data = file.name, file.getvalue()
    uploader.release(file)
    try:
        work.give(taken(name, data))
    except CovidModelError as error:
        st.error(text.plain(text.capital(t(error.message))))
        return
    st.session_state[_UPLOADS] = st.session_state.get(_UPLOADS, 0) + 1
    st.rerun()


def _zip(_: str, data: bytes) -> Upload:
    return upload.of_zip(data)


def _table(name: str, data: bytes) -> Upload:
    return upload.of_table(name, data)


def _given(given: Upload) -> None:
    """Say what is held, with a button that drops it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            t("Remove"), key="hospital-remove", icon=":material/delete:", on_click=work.forget
        )
        size = given.size / 2**20
        if given.kind == upload.ZIP:
            pictures = len(given.pictures)
            st.caption(
                t("Held in memory: {count} pictures, {size:.1f} MiB.", count=pictures, size=size)
            )
        else:
            st.caption(t("Held in memory: a table, {size:.1f} MiB.", size=size))


def rows(kind: str, listing: Listing, *, unlabelled: bool) -> pd.DataFrame | None:
    """Return rows of ``read_truth``, None where the folders of a zip are the truth.

    Args:
        kind: as of ``source``.
        listing: of the radiographs.
        unlabelled: whether images without truth are enough.

    Raises:
        DataError: if the table cannot be told.
    """
    given = work.current().upload
    if given is None or (given.kind == upload.ZIP) == (kind == upload.FILES):
        return _by_boxes(listing)
    if not given.tables:
        return None
    table = given.tables[_chosen(list(given.tables))]
    return read_truth(table, listing, _naming(table), unlabelled=unlabelled)


def _chosen(names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    return st.selectbox(t("Table with the truth"), names, key="hospital-table") or names[0]


def _naming(table: Table) -> Naming:
    """Let the visitor name the columns that cannot be told, folded."""
    parts = {"file": t("Files"), "label": t("Truth"), "patient": t("Patients")}
    with st.expander(t("Columns of the table"), icon=":material/table:"):
        names = ["", *columns_of(table)]
        chosen = {
            part: column.selectbox(
                label,
                names,
                key=f"{COLUMN}-{part}",
                format_func=lambda name: name or t("found by its name"),
                persist_state="session",
            )  # fmt: skip
            for column, (part, label) in zip(st.columns(3), parts.items(), strict=True)
        }
    file, label, patient = (name if name in names else "" for name in chosen.values())
    return Naming(file=file or "", label=label or "", patient=patient or "")


def _by_boxes(listing: Listing) -> pd.DataFrame:
    """Let the visitor choose the truth of each file of the session."""
    truths = []
    with st.container(height=HIGH if len(listing.files) > 5 else "content", key="hospital-files"):
        for path in listing.files:
            name = listing.real_path(path)
            truths.append(
                st.selectbox(
                    t("Truth of {name}", name=text.plain(name)),
                    ["", *CLASS_NAMES],
                    format_func=_class_title,
                    key=f"{TRUTH}-{path}-{name}",
                    persist_state="session",
                )  # fmt: skip
                or ""
            )
    return pd.DataFrame({"file": list(listing.files), "word": truths}, dtype=object)


def _class_title(name: str) -> str:
    return t(TITLES[name]) if name else t("not known")


def meanings(words: pd.Series) -> Meanings | None:
    """Let the visitor say what words that are no class mean; None until each has an answer.

    Args:
        words: of the truth, as they were given.
    """
    try:
        classes_of(words, {})
    except UnknownWords as error:
        return _asked(error.words)
    return {}


def _asked(words: Sequence[tuple[str, int]]) -> Meanings | None:
    if len(words) > MOST_WORDS:
        st.error(t(hospital_text.TOO_MANY_WORDS, count=len(words), most=MOST_WORDS))
        return None
    st.markdown(t(hospital_text.WORDS))
    answers: dict[str, str] = {}
    grid = st.grid(3, min_column_width=220, gap="small")
    for word, images in words:
        with grid.cell():
            answer = st.selectbox(
                t("{word} ({images} images)", word=text.plain(word), images=images),
                [*CLASS_NAMES, LEFT_OUT], index=None, placeholder=t("Choose"),
                format_func=lambda name: t(TITLES[name]) if name else t("leave these out"),
                key=f"{WORD}-{key_of(word)}", persist_state="session",
            )  # fmt: skip
        if answer is not None:
            answers[key_of(word)] = answer
    return answers if len(answers) == len(words) else None


def counted(words: pd.Series, meant: Mapping[str, str]) -> str:
    """Say how many images each class has by the truth that was given."""
    classes = classes_of(words, meant)
    counts = {name: int((classes == name).sum()) for name in CLASS_NAMES}
    said = ", ".join(f"{t(TITLES[name])} {count}" for name, count in counts.items())
    without = int(classes.isna().sum())
    return t("Truth given: {counts}; not known: {without}.", counts=said, without=without)
