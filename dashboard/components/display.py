"""Pieces of screen that more than one page shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from covid_model import runs
from covid_model.imaging.reader import Radiograph
from covid_model.runs import ARCHITECTURES, Run
from covid_model.serving.classifier import Prediction
from covid_model.serving.diagnosis import Diagnosis
from dashboard.components import text
from dashboard.i18n.translate import speaking, t
from dashboard.reports import tables
from dashboard.session import inference, state

if TYPE_CHECKING:
    import plotly.graph_objects as go

SAMPLES_WIDTH = 640  # pixels


def intake() -> None:
    """Show the uploader with the samples; what comes is kept in the session."""
    files = st.file_uploader(
        t("Chest radiographs"),
        accept_multiple_files=True,
        key=state.uploader_key(),
        on_change=state.receive,
        help=t(
            "PNG, JPEG or DICOM, one or many, or a whole study as a zip. The content decides, not "
            "the file's ending, and a file may have none."
        ),
    )
    if not files:
        state.uploader_is_empty()
    if note := state.note():
        st.warning(text.plain(t(note)))
    for unlisted in state.unlisted():
        st.caption(text.plain(t(unlisted)))
    if state.cases():
        samples()
        st.button(t("Remove all files"), icon=":material/delete:", on_click=state.clear)


def empty() -> None:
    """Say what to do on a page that has no file yet, with the samples in one click."""
    with st.container(border=True):
        st.markdown(t(text.EMPTY))
        with st.container(width=SAMPLES_WIDTH):
            samples()


def samples() -> None:
    """Show the composite samples that are there, each with a button that takes it."""
    if found := inference.samples():
        st.caption(t(text.SAMPLES))
        grid = st.grid(len(found), min_column_width=90, gap="small")
        for title, sample in found.items():
            with grid.cell():
                st.image(sample.data, width="stretch", alt=t(sample.sample))
                st.button(
                    t(title),
                    key=f"sample-{title}",
                    on_click=state.add_sample,
                    args=(sample,),
                    width="stretch",
                    wrap=True,
                )


def open_shelf(*, to_predict: bool) -> runs.Shelf:
    """Return the runs after saying which cannot be opened, or what to do where there is none."""
    shelf = runs.open_shelf()
    for sentence in shelf.damaged:
        st.error(t(sentence), title=t("A run cannot be opened"))
    if not (shelf.servable if to_predict else shelf.runs):
        st.warning(text.no_run(runs.runs_root()), title=t("No trained networks yet"))
        st.code(text.TRAIN_COMMAND, language="bash", wrap_lines=True)
    return shelf


def pick_run(shelf: runs.Shelf) -> Run | None:
    """Let the visitor choose among the runs that predict; None where there is none."""
    if not shelf.servable:
        return None
    by_name = {run.name: run for run in shelf.servable}
    if len(by_name) == 1:
        st.caption(t("Trained run: {title}", title=run_title(shelf.servable[0])))
        return shelf.servable[0]
    name = st.selectbox(
        t("Trained run"),
        list(by_name),
        format_func=lambda name: run_title(by_name[name]),
        key=state.RUN,
        persist_state="session",
    )
    return by_name.get(name, shelf.servable[0])


def pick_network(models: Sequence[str], *, key: str) -> str:
    """Let the visitor choose a network; the first where the last choice is not among them."""
    chosen = st.segmented_control(
        t("Network"),
        models,
        default=models[0],
        required=True,
        format_func=ARCHITECTURES.get,
        key=key,
        persist_state="session",
    )
    return chosen if chosen in models else models[0]


def run_title(run: Run) -> str:
    """Return the title that people know a run by."""
    return t(str(run.info.get("title") or run.name))


def pick_case() -> tuple[str, state.Case] | None:
    """Let the visitor choose one of the session's files when there are several."""
    held = state.cases()
    if len(held) > 1:
        state.show_chosen()
        st.selectbox(
            t("File to look at"),
            list(held),
            format_func=lambda key: text.said(held[key].name) if key in held else "",
            key=state.CASE,
            on_change=state.choose_shown,
        )
    return state.current_case()


def draw_radiograph(diagnosis: Diagnosis) -> None:
    """Draw the radiograph alone with what its file says of it; a withheld one may be none."""
    radiograph = diagnosis.radiograph
    caption, alt = t("Radiograph"), t("The radiograph {name} as it was read", name=diagnosis.name)
    if diagnosis.withheld:
        caption, alt = t("Picture"), t("The picture {name} as it was read", name=diagnosis.name)
    details = details_line(radiograph)
    st.image(
        (255 * radiograph.pixels).round().astype(np.uint8),
        width="stretch",
        caption=caption + (f" · {details}" if details else ""),
        alt=alt,
    )


def details_line(radiograph: Radiograph) -> str:
    """Say in one line what the header of a DICOM file tells: view, age, exposure ..."""
    said = (f"{t(key)}: {t(value)}" for key, value in radiograph.details.items())
    return text.plain(" · ".join(said))


def draw_scores(prediction: Prediction) -> None:
    """Draw the three scores of one network as bars, with the threshold where it has one."""
    from dashboard.reports import charts  # Plotly with pandas, only where something is drawn

    draw_chart(
        charts.scores_chart(
            prediction.probabilities, measure=prediction.measure, threshold=prediction.threshold
        ),
        alt=text.scores(prediction.probabilities, measure=prediction.measure),
        key=f"scores-{prediction.model}",
    )


def draw_chart(figure: go.Figure, *, alt: str, key: str) -> None:
    """Draw a figure without Plotly's toolbar, whose picture export would lack the notice."""
    st.plotly_chart(figure, alt=alt, key=key, config={"displayModeBar": False})


def offer_csv(label: str, table: str, *, file: str) -> None:
    """Offer a whole table as a file of its own.

    Args:
        label: of the button.
        table: the CSV.
        file: its name with ending.
    """
    st.download_button(
        label,
        table,
        file_name=file,
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def draw_table(rows: Callable[[], tables.Rows], *, alt: str, file: str = "") -> None:
    """Draw rows as a plain table, which reads aloud; nothing without rows.

    Args:
        rows: makes one mapping of heading to Markdown a row. The file has them made again: it is
            for programs, in English with decimal points whatever the page speaks.
        alt: what the table shows.
        file: name of the CSV file that it can be had as, without ending; none where "".
    """
    shown = rows()
    if not shown:
        return
    with st.container(gap="xsmall"):
        st.table(shown, border="horizontal", hide_index=True, alt=alt)
        if file:
            st.download_button(
                "CSV",
                _csv(rows),
                file_name=f"{file}.csv",
                mime="text/csv",
                key=f"csv-{file}",
                help=t("{table}: this table as a file", table=alt),
                type="tertiary",
                icon=":material/download:",
                on_click="ignore",
            )


def _csv(rows: Callable[[], tables.Rows]) -> str:
    with speaking("en"):
        return tables.to_csv(rows())
