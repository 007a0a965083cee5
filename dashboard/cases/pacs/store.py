"""Button that stores the results of a film in the PACS that it is from."""

import streamlit as st

from covid_model.common.errors import CovidModelError
from covid_model.runs import MODEL_FILE, Run, sha256_of
from covid_model.serving import CaseResult
from covid_model.serving.pacs.films import Film
from covid_model.serving.pacs.results.origin import Origin
from dashboard.cases.pacs import session
from dashboard.components import text
from dashboard.i18n.translate import speaking, t
from dashboard.session import profile
from dashboard.session.uploads import Case


def button(case: Case, result: CaseResult, run: Run) -> None:
    """Show the button for a film of the PACS that was read.

    Args:
        case: the film.
        result: what the networks say of it.
        run: of the networks.
    """
    if case.film is None or not result.predictions or not session.configured():
        return
    asked = st.button(
        t("Store in the PACS"),
        icon=":material/upload:",
        help=t(
            "Writes a structured report, a picture with the areas of attention and this page as "
            "PDF into the patient's study, as new series: not final, not verified, with the notice."
        ),
    )
    if asked:
        _store(case, case.film, result, run)


def _store(case: Case, film: Film, result: CaseResult, run: Run) -> None:
    from dashboard.cases.pacs.results import results_of

    weights = {
        prediction.model: sha256_of(run.model_folder(prediction.model) / MODEL_FILE)
        for prediction in result.predictions
    }
    used = profile.used(run.folder)
    adjusted = used.reference if used else ""
    try:
        with st.spinner(t("Storing in the PACS")):
            with speaking("en"):  # as the command does: others read it too
                made = results_of(result, Origin(case.data, run.name, weights, adjusted), run)
            stored = session.store(film, made)
    except CovidModelError as error:
        st.error(text.plain(t(error.message)))
        return
    if stored:
        st.success(t("Stored in the PACS: {count} results, as new series.", count=stored))
    else:
        st.info(t("The PACS has these results already."))
