"""Compare: the networks of one run on one radiograph, side by side."""

from functools import partial

import streamlit as st

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.classes import TITLES
from covid_model.common.errors import CovidModelError
from covid_model.serving.diagnosis import CaseResult
from covid_model.serving.together import Together
from dashboard.cases import dicom_windows, exports, outcome, outcome_tables, outcome_text, viewer
from dashboard.cases.reader_study import gate
from dashboard.cases.viewer import scene
from dashboard.components import display, intake, pickers, text, waiting
from dashboard.frame import error_boundary
from dashboard.i18n.translate import t
from dashboard.session import cases, inference


def show_answers(result: CaseResult) -> None:
    """Show what each network answers, side by side."""
    columns = st.columns(len(result.predictions))
    for column, prediction in zip(columns, result.predictions, strict=True):
        with column:
            st.subheader(ARCHITECTURES[prediction.model])
            metrics = outcome_text.metrics(prediction)
            st.markdown(f"**{t(TITLES[prediction.predicted])}**, {metrics}")
            display.draw_scores(prediction)


@error_boundary.fragment
def draw(key: str, result: CaseResult) -> None:
    """Show every network's map; another window of the file runs no more than this again."""
    in_window = dicom_windows.choose_window(key, cases.by_key()[key], result)
    viewer.show(scene.side_by_side(in_window), key="compare-viewer")


def show_result(key: str, result: CaseResult) -> None:
    """Show whether the networks agree, their maps, how far their scores lie apart."""
    sample = cases.by_key()[key].sample
    refused = outcome.show_refusal(key, result)
    if sample:
        st.caption(f"{text.plain(result.name)}. {t(sample)}")
    if refused:
        return
    outcome.show_agreement(result)
    show_answers(result)
    draw(key, result)
    display.draw_table(
        partial(outcome_tables.scores, result),
        alt=t("What each network says of each class"),
        file="networks",
    )
    if len(result.predictions) > 1:
        st.subheader(t("How far the networks lie apart"))
        display.draw_table(
            partial(outcome_tables.spread, result),
            alt=t("Lowest and highest probability or score of each class, with their difference"),
            file="spread",
        )


st.title(t("Compare"))
shelf = pickers.open_shelf(to_predict=True)
with st.expander(t("Files"), icon=":material/upload_file:", expanded=not cases.by_key()):
    intake.intake()
run = pickers.pick_run(shelf)
picked = pickers.pick_case()
if run is not None:
    gate.switch()
if picked is None:
    intake.empty()
elif run is not None:
    key, case = picked
    try:
        asking = t(
            "Asking {count} networks about {name}",
            count=len(run.servable_models),
            name=text.plain(case.name),
        )
        announced = waiting.announce()
        with st.spinner(asking):
            folders = [run.model_folder(name) for name in run.servable_models]
            result = inference.classify_case(key, case, folders, Together.load(run), announced)
    except CovidModelError as error:
        st.error(text.plain(error.message), title=t("A network cannot be used"))
        st.stop()
    if gate.may_show(case, result, run=run.name):
        show_result(key, result)
        exports.section(key, case, result, run)
