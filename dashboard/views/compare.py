"""Compare: the networks of one run on one radiograph, side by side."""

import streamlit as st

from covid_model.errors import CovidModelError
from covid_model.runs import ARCHITECTURES
from covid_model.serving.diagnose import Diagnosis
from dashboard import (
    exports,
    outcome,
    outcome_tables,
    parts,
    reading,
    services,
    state,
    text,
    trust_text,
)


@st.fragment
def side_by_side(diagnosis: Diagnosis) -> None:
    """Show each network's map under one set of controls; moving one asks no network again."""
    choice, opacity = parts.map_controls("Each one's prediction")
    columns = st.columns(len(diagnosis.predictions))
    for column, prediction in zip(columns, diagnosis.predictions, strict=True):
        with column:
            st.subheader(ARCHITECTURES[prediction.model])
            figures = trust_text.figures(prediction)
            st.markdown(f"**{text.TITLES[prediction.predicted]}**, {figures}")
            parts.draw_overlay(diagnosis, prediction, choice=choice, opacity=opacity)
            parts.draw_scores(prediction)


def result(diagnosis: Diagnosis, sample: str) -> None:
    """Show whether the networks agree, their maps, their scores in one table."""
    if outcome.refused(diagnosis):
        return
    if sample:
        st.caption(f"{text.plain(diagnosis.name)}. {sample}")
    outcome.answers(diagnosis)
    side_by_side(diagnosis)
    parts.draw_table(
        outcome_tables.scores(diagnosis),
        alt="What each network says of each class",
        file="networks",
    )


st.title("Compare")
shelf = parts.open_shelf(to_predict=True)
with st.expander("Files", icon=":material/upload_file:", expanded=not state.cases()):
    parts.intake()
run = parts.pick_run(shelf)
chosen = parts.pick_case()
if state.cases():
    reading.switch()
if chosen is None:
    st.container(border=True).markdown(text.EMPTY)
elif run is not None:
    key, case = chosen
    try:
        with st.spinner(
            f"Asking {len(run.servable_models)} networks about {text.plain(case.name)}"
        ):
            folders = [run.model_folder(name) for name in run.servable_models]
            diagnosis = services.diagnosis(key, case, folders)
    except CovidModelError as error:
        st.error(str(error), title="A network cannot be used")
        st.stop()
    if reading.gate(case, diagnosis, run=run.name):
        result(diagnosis, case.sample)
        exports.section(key, case, diagnosis, run)
