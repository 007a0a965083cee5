"""Radiographs, scores, charts and tables as more than one page draws them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from covid_model.imaging.radiograph import Radiograph
from covid_model.serving.classifier import Prediction
from covid_model.serving.diagnosis import CaseResult
from dashboard.components import csv_export, scores_chart, text
from dashboard.i18n.translate import speaking, t
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
        (255 * radiograph.pixels).round().astype(np.uint8),
        width="stretch",
        caption=caption + (f" · {details}" if details else ""),
        alt=alt,
    )


def details_line(radiograph: Radiograph) -> str:
    """Say in one line what the header of a DICOM file tells: view, age, exposure ..."""
    fields = (f"{t(key)}: {t(value)}" for key, value in radiograph.details.items())
    return text.plain(" · ".join(fields))


def draw_scores(prediction: Prediction) -> None:
    """Draw the three scores of one network as bars, with the threshold where it has one."""
    draw_chart(
        scores_chart.scores_chart(
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


def draw_table(rows: Callable[[], csv_export.Rows], *, alt: str, file: str = "") -> None:
    """Draw rows as a plain table, which reads aloud; nothing without rows.

    Args:
        rows: makes one mapping of heading to Markdown a row. The file has them made again: it is
            for programs, in English with decimal points whatever the page speaks.
        alt: what the table shows.
        file: name of the CSV file that it can be had as, without ending; none where "".
    """
    cells = rows()
    if not cells:
        return
    with st.container(gap="xsmall"):
        st.table(cells, border="horizontal", hide_index=True, alt=alt)
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


def _csv(rows: Callable[[], csv_export.Rows]) -> str:
    with speaking("en"):
        return csv_export.to_csv(rows())
