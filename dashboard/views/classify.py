"""Classify: one network on the visitor's radiographs."""

from pathlib import Path

import streamlit as st

from covid_model.errors import CovidModelError
from covid_model.runs import Run
from covid_model.serving.counterfactual import Counterfactual
from covid_model.serving.diagnose import Diagnosis
from dashboard import (
    exports,
    lungs,
    lungs_text,
    outcome,
    outcome_tables,
    parts,
    reading,
    services,
    state,
    text,
    viewer,
)
from dashboard.viewer import scene


def classify(run: Run, model: str) -> dict[str, Diagnosis]:
    """Ask one network about every file of the session; a file asked before is not asked again."""
    held, folder = state.cases(), run.model_folder(model)
    bar = st.empty()
    found = {}
    for index, (key, case) in enumerate(held.items()):
        if len(held) > 1:
            bar.progress(
                index / len(held), f"File {index + 1} of {len(held)}: {text.plain(case.name)}"
            )
        found[key] = services.diagnosis(key, case, [folder])
    bar.empty()
    return found


def draw(diagnosis: Diagnosis, found: Counterfactual | None) -> None:
    """Show radiograph with map, with the lungs' outline where they are known."""
    known = {} if found is None else {"mask": found.mask, "notes": lungs_text.shares(found)}
    viewer.show(scene.pair(diagnosis, **known), key="classify-viewer")


def result(key: str, diagnosis: Diagnosis, run: Run, folder: Path) -> None:
    """Show what the network says of one file, or why it says nothing, once it may be shown."""
    case = state.cases()[key]
    if not reading.gate(case, diagnosis, run=run.name):
        return
    if outcome.refused(diagnosis):
        exports.section(key, case, diagnosis, run)
        return
    outcome.answer(diagnosis)
    found = lungs.without_lungs(key, diagnosis, folder)
    seconds = diagnosis.predictions[0].seconds
    st.caption(f"{text.plain(diagnosis.name)}, read in {1000 * seconds:.0f} ms. {case.sample}")
    draw(diagnosis, found)
    if found is not None:
        lungs.hidden_picture(diagnosis, found)
    exports.section(key, case, diagnosis, run, found=found)


st.title("Classify")
shelf = parts.open_shelf(to_predict=True)
controls, results = st.columns([1, 2], gap="large")
with controls:
    parts.intake()
    run = parts.pick_run(shelf)
    model = None if run is None else parts.pick_network(run.servable_models, key=state.MODEL)
with results:
    if not state.cases():
        parts.empty()
    elif run is not None:
        try:
            diagnoses = classify(run, model)
        except CovidModelError as error:
            st.error(str(error), title="This network cannot be used")
            st.stop()
        reading.switch()
        whole = reading.shown(diagnoses, run=run.name)
        if whole and len(diagnoses) > 1:
            parts.draw_table(
                outcome_tables.outcomes(diagnoses.values()), alt="Outcome of every file"
            )
        key, _ = parts.pick_case()
        result(key, diagnoses[key], run, run.model_folder(model))
        if whole:
            st.download_button(
                "Download results as CSV",
                outcome_tables.results_csv(diagnoses.values()),
                file_name="results.csv",
                mime="text/csv",
                icon=":material/download:",
                on_click="ignore",
            )
