"""Compare: the networks of one run on one radiograph, side by side."""

from typing import Any

import streamlit as st

from covid_model.common.errors import CovidModelError
from covid_model.runs import Run
from covid_model.serving.diagnosis import CaseResult
from dashboard.cases import dicom_windows, exports, outcome, viewer
from dashboard.cases.pacs import store, worklist
from dashboard.cases.reader_study import gate
from dashboard.cases.viewer import scene
from dashboard.components import pickers, text, toolbar, waiting
from dashboard.frame import error_boundary
from dashboard.i18n.translate import t
from dashboard.session import cases, inference, profile
from dashboard.session.uploads import Case


@error_boundary.fragment
def draw(key: str, result: CaseResult) -> None:
    """Show every network's map; another window of the file runs no more than this again."""
    pictures = st.container()
    in_window = dicom_windows.choose_window(key, cases.by_key()[key], result)
    shown = _with_verdicts(scene.side_by_side(in_window), result)
    with pictures:
        viewer.show(shown, key="compare-viewer", height=toolbar.ONE_SCREEN)


def _with_verdicts(shown: dict[str, Any], result: CaseResult) -> dict[str, Any]:
    """Put what each network says by itself below its pictures."""
    for panel in (panel for column in shown["columns"] for panel in column["panels"]):
        for words in panel.get("texts", {}).values():
            words["caption"].insert(0, outcome.sentence(result.predictions[panel["network"]]))
    return shown


def show_result(key: str, case: Case, result: CaseResult, run: Run) -> None:
    """Show what the networks say together, their maps, what each says by itself."""
    if not outcome.show_refusal(key, result):
        outcome.show_verdict(result, run)
        left, right = st.columns([7, 1], gap="medium")
        with left:
            draw(key, result)
        with right:
            outcome.show_networks(result)
        outcome.how_sure(result)
    gate.show_reading(case)
    if case.sample:
        st.caption(f"{text.plain(result.name)}. {t(case.sample)}")


toolbar.heading(t("Compare"))
shelf = pickers.open_shelf(to_predict=True)
with toolbar.line():
    toolbar.files()
    worklist.button()
    toolbar.pick_case()
    run = pickers.pick_run(shelf)
    if run is not None:
        pickers.switch_profile(run)
        gate.switch()
if not cases.by_key():
    toolbar.nothing_yet()
elif run is not None:
    key, case = cases.require_current_case()
    try:
        asking = t(
            "Asking {count} networks about {name}",
            count=len(run.servable_models),
            name=text.plain(case.name),
        )
        announced = waiting.announce()
        with st.spinner(asking):
            folders = [run.model_folder(name) for name in run.servable_models]
            result = inference.classify_case(key, case, folders, profile.together(run), announced)
    except CovidModelError as error:
        st.error(text.plain(error.message), title=t("A network cannot be used"))
        st.stop()
    if gate.may_show(case, result, run=run.name):
        show_result(key, case, result, run)
        exports.section(key, case, result, run)
        store.button(case, result, run)
