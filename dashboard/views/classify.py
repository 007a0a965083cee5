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
    lung_occlusion_text,
    outcome,
    viewer,
)
from dashboard.cases.reader_study import gate, summary
from dashboard.cases.viewer import scene
from dashboard.components import intake, pickers, text
from dashboard.frame import error_boundary
from dashboard.i18n.translate import t
from dashboard.session import cases, state


@error_boundary.fragment
def draw(key: str, diagnosis: CaseResult, found: LungOcclusion | None) -> None:
    """Show radiograph with map; another window of the file runs no more than this again."""
    shown = dicom_windows.chosen(key, cases.by_key()[key], diagnosis)
    known = (
        {} if found is None else {"mask": found.mask, "notes": lung_occlusion_text.shares(found)}
    )
    viewer.show(scene.pair(shown, **known), key="classify-viewer")


def result(key: str, diagnosis: CaseResult, run: Run, folder: Path) -> None:
    """Show what the network says of one file, or why it says nothing, once it may be shown."""
    case = cases.by_key()[key]
    if not gate.gate(case, diagnosis, run=run.name):
        return
    if outcome.refused(diagnosis):
        exports.section(key, case, diagnosis, run)
        return
    outcome.answer(diagnosis)
    found = lung_occlusion.without_lungs(key, diagnosis, folder)
    file, seconds = text.plain(diagnosis.name), diagnosis.predictions[0].seconds
    read = t("{file}, read in {milliseconds:.0f} ms.", file=file, milliseconds=1000 * seconds)
    st.caption(f"{read} {t(case.sample)}")
    draw(key, diagnosis, found)
    if found is not None:
        lung_occlusion.hidden_picture(diagnosis, found)
    exports.section(key, case, diagnosis, run, found=found)


def many_files(run: Run, model: str) -> None:
    """Show what one network says of every file, then the chosen one in full."""
    folder = run.model_folder(model)
    try:
        diagnoses = batch.classify_pending(folder)
    except CovidModelError as error:
        st.error(t(error.message), title=t("This network cannot be used"))
        return
    rows = shown = batch.rows(diagnoses, run=run.name)
    if len(rows) > 1:
        shown = batch.section(rows)
    key, _ = batch.pick(shown) if len(rows) > 1 else cases.current_case()
    result(key, diagnoses[key], run, folder)
    batch.download(rows)
    summary.section(run=run.name, network=model)
    if len(diagnoses) < len(rows):
        st.rerun()


st.title(t("Classify"))
shelf = pickers.open_shelf(to_predict=True)
controls, results = st.columns([1, 2], gap="large")
with controls:
    intake.intake()
    run = pickers.pick_run(shelf)
    model = None if run is None else pickers.pick_network(run.servable_models, key=state.MODEL)
with results:
    if run is not None:
        gate.switch()  # before the first file too, as its answer would show at once
    if not cases.by_key():
        intake.empty()
    elif run is not None:
        many_files(run, model)
