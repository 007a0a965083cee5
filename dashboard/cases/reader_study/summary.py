"""Log of readings on Classify, and the agreement with one network."""

from functools import partial

import streamlit as st

from covid_model.common.architectures import ARCHITECTURES
from dashboard.cases.reader_study import tables as reader_study_tables
from dashboard.cases.reader_study import text as reader_study_text
from dashboard.components import display
from dashboard.i18n.translate import t
from dashboard.session.readings import reading


def section(*, run: str, network: str) -> None:
    """Show how reader and network agree, with the log to download; nothing without readings.

    Args:
        run: folder name of the run.
        network: of that run, to compare the reader with.
    """
    log = reading.log()
    if not log.readings:
        return
    title = ARCHITECTURES[network]
    st.subheader(t("Log of readings"))
    counts = reader_study_tables.compared(log, run=run, network=network)
    st.markdown(reader_study_text.agreement(reader_study_tables.agreement(counts), title))
    if counts.any():
        display.draw_table(
            partial(reader_study_tables.confusion, counts),
            alt=t("Blind readings by what the reader and {network} said", network=title),
        )
    st.caption(reader_study_text.counted(log, int(counts.sum())))
    with st.container(horizontal=True):
        readings = reader_study_tables.log_csv(log)
        display.offer_text(t("Download the log as CSV"), readings, file="readings.csv")
        with st.popover(t("Delete the log"), icon=":material/delete:"):
            st.markdown(t("The readings are nowhere else. Download them first."))
            st.button(t("Delete all readings"), on_click=reading.delete_readings)
