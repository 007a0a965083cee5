"""Compare: the networks of one run on one radiograph, side by side."""

from functools import partial

import streamlit as st

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.classes import TITLES
from covid_model.common.errors import CovidModelError
from covid_model.serving.diagnosis import CaseResult
from dashboard.cases import dicom_windows, exports, outcome, outcome_tables, outcome_text, viewer
from dashboard.cases.reader_study import gate
from dashboard.cases.viewer import scene
from dashboard.components import display, intake, pickers, text
from dashboard.frame import error_boundary
from dashboard.i18n.translate import t
from dashboard.session import cases, inference


def answers(diagnosis: CaseResult) -> None:
    """Show what each network answers, side by side."""
    columns = st.columns(len(diagnosis.predictions))
    for column, prediction in zip(columns, diagnosis.predictions, strict=True):
        with column:
            st.subheader(ARCHITECTURES[prediction.model])
            figures = outcome_text.figures(prediction)
            st.markdown(f"**{t(TITLES[prediction.predicted])}**, {figures}")
            display.draw_scores(prediction)


@error_boundary.fragment
def draw(key: str, diagnosis: CaseResult) -> None:
    """Show every network's map; another window of the file runs no more than this again."""
    shown = dicom_windows.chosen(key, cases.by_key()[key], diagnosis)
    viewer.show(scene.side_by_side(shown), key="compare-viewer")


def result(key: str, diagnosis: CaseResult) -> None:
    """Show whether the networks agree, their maps, how far their scores lie apart."""
    sample = cases.by_key()[key].sample
    if outcome.refused(diagnosis):
        return
    if sample:
        st.caption(f"{text.plain(diagnosis.name)}. {t(sample)}")
    outcome.answers(diagnosis)
    answers(diagnosis)
    draw(key, diagnosis)
    display.draw_table(
        partial(outcome_tables.scores, diagnosis),
        alt=t("What each network says of each class"),
        file="networks",
    )
    if len(diagnosis.predictions) > 1:
        st.subheader(t("How far the networks lie apart"))
        display.draw_table(
            partial(outcome_tables.spread, diagnosis),
            alt=t("Lowest and highest probability or score of each class, with their difference"),
            file="spread",
        )


st.title(t("Compare"))
shelf = pickers.open_shelf(to_predict=True)
with st.expander(t("Files"), icon=":material/upload_file:", expanded=not cases.by_key()):
    intake.intake()
run = pickers.pick_run(shelf)
chosen = pickers.pick_case()
if run is not None:
    gate.switch()
if chosen is None:
    intake.empty()
elif run is not None:
    key, case = chosen
    try:
        asking = t(
            "Asking {count} networks about {name}",
            count=len(run.servable_models),
            name=text.plain(case.name),
        )
        with st.spinner(asking):
            folders = [run.model_folder(name) for name in run.servable_models]
            diagnosis = inference.classify_case(key, case, folders)
    except CovidModelError as error:
        st.error(t(error.message), title=t("A network cannot be used"))
        st.stop()
    if gate.gate(case, diagnosis, run=run.name):
        result(key, diagnosis)
        exports.section(key, case, diagnosis, run)
