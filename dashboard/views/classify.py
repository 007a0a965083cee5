"""Classify: one network on the visitor's radiographs."""

from pathlib import Path

import streamlit as st

from covid_model.common.errors import CovidModelError
from covid_model.runs import Run
from covid_model.serving.diagnosis import CaseResult
from covid_model.serving.lung_occlusion import LungOcclusion
from dashboard.cases import (
    batch,
    dicom_windows,
    exports,
    lung_occlusion,
    outcome,
    viewer,
)
from dashboard.cases.lung_occlusion import wording as lung_occlusion_text
from dashboard.cases.pacs import store, worklist
from dashboard.cases.reader_study import gate, summary
from dashboard.cases.viewer import prior, scene
from dashboard.components import intake, pickers, text
from dashboard.frame import error_boundary
from dashboard.i18n.translate import t
from dashboard.session import cases, state


@error_boundary.fragment
def draw(key: str, result: CaseResult, occlusion: LungOcclusion | None) -> None:
    """Show radiograph with map; another window of the file runs no more than this again."""
    in_window = dicom_windows.choose_window(key, cases.by_key()[key], result)
    mask = None if occlusion is None else occlusion.mask
    notes = None if occlusion is None else lung_occlusion_text.shares(occlusion)
    pair = scene.pair(in_window, mask=mask, notes=notes)
    viewer.show(scene.with_beside(pair, prior.choose(key)), key="classify-viewer")


def show_result(key: str, result: CaseResult, run: Run, folder: Path) -> None:
    """Show what the network says of one file, or why it says nothing, once it may be shown."""
    case = cases.by_key()[key]
    if not gate.may_show(case, result, run=run.name):
        return
    if outcome.show_refusal(key, result):
        if case.sample:
            st.caption(t(case.sample))
        exports.section(key, case, result, run)
        store.button(case, result, run)
        return
    outcome.show_answer(result)
    occlusion = lung_occlusion.without_lungs(key, result, folder)
    file, seconds = text.plain(result.name), result.predictions[0].seconds
    read = t("{file}, read in {milliseconds:.0f} ms.", file=file, milliseconds=1000 * seconds)
    st.caption(f"{read} {t(case.sample)}")
    draw(key, result, occlusion)
    if occlusion is not None:
        lung_occlusion.hidden_picture(result, occlusion)
    exports.section(key, case, result, run, occlusion=occlusion)
    store.button(case, result, run)


def many_files(run: Run, model: str) -> None:
    """Show what one network says of every file, then the chosen one in full."""
    folder = run.model_folder(model)
    try:
        results = batch.classify_pending(folder)
    except CovidModelError as error:
        st.error(text.plain(error.message), title=t("This network cannot be used"))
        return
    rows = listed = batch.table_rows(results, run=run.name)
    if len(rows) > 1:
        listed = batch.section(rows)
    key, _ = batch.pick(listed) if len(rows) > 1 else cases.require_current_case()
    show_result(key, results[key], run, folder)
    batch.download(rows, run=run.name)
    summary.section(run=run.name, network=model)
    if len(results) < len(rows):
        st.rerun()


st.title(t("Classify"))
shelf = pickers.open_shelf(to_predict=True)
controls, results = st.columns([1, 2], gap="large")
with controls:
    intake.intake()
    worklist.button()
    run = pickers.pick_run(shelf)
    model = None if run is None else pickers.pick_network(run.servable_models, key=state.MODEL)
with results:
    if run is not None:
        gate.switch()  # before the first file too, as its answer would show at once
    if not cases.by_key():
        intake.empty()
    elif run is not None and model is not None:
        many_files(run, model)
