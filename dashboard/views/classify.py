"""Classify: one network on the visitor's radiographs."""

from contextlib import nullcontext
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

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
from dashboard.components import display, pickers, text, toolbar, waiting
from dashboard.frame import error_boundary
from dashboard.i18n.translate import t
from dashboard.session import cases, inference, state


@error_boundary.fragment
def draw(key: str, result: CaseResult, occlusion: LungOcclusion | None) -> None:
    """Show radiograph with map; another window of the file runs no more than this again."""
    pictures = st.container()
    in_window = dicom_windows.choose_window(key, cases.by_key()[key], result)
    mask = None if occlusion is None else occlusion.mask
    notes = None if occlusion is None else lung_occlusion_text.shares(occlusion)
    beside = prior.choose(key)
    with pictures:
        pair = scene.with_beside(scene.pair(in_window, mask=mask, notes=notes), beside)
        viewer.show(pair, key="classify-viewer", height=toolbar.ONE_SCREEN)


def show_result(key: str, result: CaseResult, run: Run, folder: Path) -> None:
    """Show what the network says of one file, or why it says nothing, once it may be shown."""
    case = cases.by_key()[key]
    if not gate.may_show(case, result, run=run.name):
        return
    if outcome.show_refusal(key, result):
        gate.show_reading(case)
        if case.sample:
            st.caption(t(case.sample))
        exports.section(key, case, result, run)
        store.button(case, result, run)
        return
    outcome.show_verdict(result, run)
    left, right = st.columns([4, 1], gap="medium")
    with right:
        display.draw_scores(result.predictions[0])
        occlusion = lung_occlusion.without_lungs(key, result, folder)
    with left:
        draw(key, result, occlusion)
    gate.show_reading(case)
    outcome.how_sure(result)
    if occlusion is not None:
        lung_occlusion.section(result, occlusion)
    file, seconds = text.plain(result.name), result.predictions[0].seconds
    read = t("{file}, read in {milliseconds:.0f} ms.", file=file, milliseconds=1000 * seconds)
    st.caption(f"{read} {t(case.sample)}")
    exports.section(key, case, result, run, occlusion=occlusion)
    store.button(case, result, run)


def show_files(run: Run, model: str, line: DeltaGenerator) -> None:
    """Show what one network says of the file in view, then of all files."""
    folder, many = run.model_folder(model), len(cases.by_key()) > 1
    key, case = cases.require_current_case()
    known, announced, pane = inference.has_result(key, folder), waiting.announce(), st.empty()
    seen = any(inference.has_result(other, folder) for other in cases.by_key())
    # Where a picture is on the page, in the line: there it moves none.
    with line if seen else pane.container(key="reading"):
        said = t("Reading {name}", name=text.plain(case.name))
        with nullcontext() if known else st.spinner(said):
            result = inference.classify_case(key, case, [folder], waiting=announced)
    pane.empty()
    show_result(key, result, run, folder)
    rows = batch.table_rows(batch.known_results(folder), run=run.name)
    bar = st.container()
    if many:
        batch.section(rows)
    batch.download(rows, run=run.name)
    summary.section(run=run.name, network=model)
    with bar:
        more = batch.classify_rest(folder)
    if more:
        st.rerun()


def steps(run: Run, model: str) -> list[str]:
    """Return the files that pass the filters of the table, as far as they are known."""
    rows = batch.table_rows(batch.known_results(run.model_folder(model)), run=run.name)
    return [row.key for row in batch.listed(rows)]


toolbar.heading(t("Classify"))
shelf = pickers.open_shelf(to_predict=True)
with toolbar.line():
    toolbar.files()
    worklist.button()
    stepper = st.container(width="content")
    run = pickers.pick_run(shelf)
    model = None if run is None else pickers.pick_network(run.servable_models, key=state.MODEL)
    if run is not None:
        pickers.switch_profile(run)
        gate.switch()  # before the first file too, as its answer would show at once
if not cases.by_key():
    toolbar.nothing_yet()
elif run is not None and model is not None:
    try:
        with stepper:
            toolbar.pick_case(steps(run, model))
        show_files(run, model, stepper)
    except CovidModelError as error:
        st.error(text.plain(error.message), title=t("This network cannot be used"))
