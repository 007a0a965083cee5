"""Compare: the networks of one run on one radiograph, side by side."""

import streamlit as st

from covid_model.errors import CovidModelError
from covid_model.runs import ARCHITECTURES
from covid_model.serving.diagnose import Diagnosis
from dashboard import parts, services, state, tables, text


@st.fragment
def side_by_side(diagnosis: Diagnosis) -> None:
    """Show each network's map under one set of controls; moving one asks no network again."""
    choice, opacity = parts.map_controls("Each one's prediction")
    columns = st.columns(len(diagnosis.predictions))
    for column, prediction in zip(columns, diagnosis.predictions, strict=True):
        with column:
            st.subheader(ARCHITECTURES[prediction.model])
            st.markdown(
                f"**{text.TITLES[prediction.predicted]}**, score {text.percent(prediction.score)}"
            )
            parts.draw_overlay(diagnosis, prediction, choice=choice, opacity=opacity)
            parts.draw_scores(prediction)


def result(diagnosis: Diagnosis) -> None:
    """Show whether the networks agree, their maps, their scores in one table."""
    if diagnosis.status == "uncertain":
        st.warning(diagnosis.reason, title="Read this result with doubt")
    predicted = {item.model: item.predicted for item in diagnosis.predictions}
    st.info(f"{text.agreement(predicted)} {text.AGREEMENT_CAVEAT}", icon=":material/groups:")
    side_by_side(diagnosis)
    parts.draw_table(tables.scores(diagnosis), alt="Scores of each network")


st.title("Compare")
shelf = parts.open_shelf(to_predict=True)
with st.expander("Files", icon=":material/upload_file:", expanded=not state.cases()):
    parts.intake()
run = parts.pick_run(shelf)
chosen = parts.pick_case()
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
    if diagnosis.status == "refused":
        parts.refused(diagnosis)
    else:
        if case.sample:
            st.caption(f"{case.name}. {case.sample}")
        result(diagnosis)
