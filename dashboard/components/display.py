"""Radiographs, scores, charts and tables as more than one page draws them."""

from __future__ import annotations

import base64
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from covid_model.imaging.radiograph import Radiograph
from covid_model.serving.classifier import Prediction
from covid_model.serving.diagnosis import CaseResult
from dashboard.components import csv_export, scores_chart, text
from dashboard.i18n.translate import FILES, speaking, t
from dashboard.session import results

if TYPE_CHECKING:
    import plotly.graph_objects as go


def draw_radiograph(result: CaseResult) -> None:
    """Draw the radiograph alone with what its file says of it; a refused one may be none."""
    radiograph = results.radiograph_of(result)
    caption, alt = t("Radiograph"), t("The radiograph {name} as it was read", name=result.name)
    if result.status == "refused":
        caption, alt = t("Picture"), t("The picture {name} as it was read", name=result.name)
    details = details_line(radiograph)
    st.image(
        data_url((255 * radiograph.pixels).round().astype(np.uint8)),
        width="stretch",
        caption=caption + (f" · {details}" if details else ""),
        alt=alt,
    )


def data_url(pixels: np.ndarray, kind: str = "png") -> str:
    """Write uint8 (H, W) as a picture that goes to its visitor alone, at no address of its own.

    Args:
        pixels: of the picture.
        kind: "png", or "jpeg" where every grey need not stay as it is.
    """
    _, encoded = cv2.imencode(f".{kind}", pixels)
    return f"data:image/{kind};base64,{base64.b64encode(encoded.tobytes()).decode('ascii')}"


def details_line(radiograph: Radiograph) -> str:
    """Say in one line what the header of a DICOM file tells: view, age, exposure ..."""
    fields = (f"{t(key)}: {t(value)}" for key, value in radiograph.details.items())
    return text.plain(" · ".join(fields))


def draw_scores(prediction: Prediction) -> None:
    """Draw the three scores of one network as small bars, with the threshold where it has one."""
    st.html(
        scores_chart.score_bars(
            prediction.probabilities, measure=prediction.measure, threshold=prediction.threshold
        )
    )


def draw_chart(figure: go.Figure, *, alt: str, key: str) -> None:
    """Draw a figure without Plotly's toolbar, whose picture export would lack the notice."""
    st.plotly_chart(figure, alt=alt, key=key, config={"displayModeBar": False})


def offer_text(label: str, content: str, *, file: str, **how: Any) -> None:
    """Offer a text as a file, which has no address before the click.

    Args:
        label: of the button.
        content: of the file.
        file: its name with ending.
        how: further arguments of ``st.download_button``.
    """
    st.download_button(
        label,
        lambda: content,
        file_name=file,
        mime="text/markdown" if file.endswith(".md") else "text/csv",
        icon=":material/download:",
        on_click="ignore",
        **how,
    )


def draw_table(
    rows: Callable[[], csv_export.Rows],
    *,
    alt: str,
    file: str = "",
    result: CaseResult | None = None,
) -> None:
    """Draw rows as a plain table, which reads aloud; nothing without rows.

    Args:
        rows: makes one mapping of heading to Markdown a row. The file has them made again: it is
            for programs, in English with decimal points, whatever the page speaks.
        alt: what the table shows.
        file: name of the CSV file that it can be had as, without ending; none where "".
        result: what the table is of, whose run and networks the file then names.
    """
    cells = rows()
    if not cells:
        return
    with table_frame():
        show_table(cells, alt=alt)
        if file:
            offer_text(
                "CSV",
                _csv(rows, result),
                file=f"{file}.csv",
                key=f"csv-{file}",
                help=t("{table}: this table as a file", table=alt),
                type="tertiary",
            )


def table_frame() -> DeltaGenerator:
    """Return a frame for a table with a button below it.

    A narrow screen scrolls the frame, and a keyboard reaches it by the button.
    """
    return st.container(gap="xsmall")


def show_table(cells: csv_export.Rows, *, alt: str) -> None:
    """Show cells as a plain table in a ``table_frame``.

    Streamlit's own would import pandas and pyarrow, 60 MB, for a few words.
    """
    names = list(dict.fromkeys(name for row in cells for name in row))
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    lines = [[escape(text.unplain(row.get(name, ""))) for name in names] for row in cells]
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in line)}</tr>" for line in lines)
    st.html(
        f'<table class="rows" aria-label="{escape(alt)}">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _csv(rows: Callable[[], csv_export.Rows], result: CaseResult | None = None) -> str:
    named = {}
    if result is not None:
        networks = ", ".join(prediction.model for prediction in result.predictions)
        first = result.predictions[0]
        named = {"run": first.run, "networks": networks}
        named |= {"profile": first.profile} if first.profile else {}
    with speaking(FILES):
        return csv_export.to_csv([{**row, **named} for row in rows()])
