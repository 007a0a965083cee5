"""The outcome of one file in words: an answer, "can't tell" or a refusal."""

from functools import partial

import streamlit as st

from covid_model.common.architectures import ARCHITECTURES
from covid_model.serving import CaseResult, decide
from dashboard.cases import outcome_tables, outcome_text
from dashboard.components import display, text
from dashboard.i18n.translate import t


def refused(diagnosis: CaseResult) -> bool:
    """Say why a file has no answer; return False where it has one, or might have."""
    if diagnosis.status != "refused":
        return False
    reason = text.plain(diagnosis.reason)
    if not diagnosis.withheld:
        st.error(reason, title=t("{name} cannot be classified", name=text.plain(diagnosis.name)))
        return True
    st.error(reason, title=t(outcome_text.NOVEL))
    left, right = st.columns(2)
    with left:
        display.draw_radiograph(diagnosis)
    with right:
        display.draw_table(
            partial(outcome_tables.novelty, diagnosis),
            alt=t("Novelty by each network"),
            file="novelty",
        )
        st.caption(t(outcome_text.WITHHELD))
    return True


def answer(diagnosis: CaseResult) -> None:
    """Say which class one network names, with how sure it may be taken to be."""
    _doubt(diagnosis)
    prediction = diagnosis.predictions[0]
    network = ARCHITECTURES[prediction.model]
    words, bars = st.columns([2, 3], gap="medium", vertical_alignment="center")
    with words:
        st.metric(
            outcome_text.leads(prediction, network=network, status=diagnosis.status),
            t(text.TITLES[prediction.predicted]),
        )
        st.caption(f"{text.capital(outcome_text.figures(prediction))}.")
    with bars:
        display.draw_scores(prediction)


def answers(diagnosis: CaseResult) -> None:
    """Say whether the networks agree, with a doubt where there is one."""
    cause = _doubt(diagnosis)
    if cause == "disagree":
        return  # the doubt has named who says what
    predicted = {item.model: item.predicted for item in diagnosis.predictions}
    sure = diagnosis.status == "ok" and all(
        item.threshold is not None for item in diagnosis.predictions
    )
    st.info(
        f"{text.agreement(predicted)} {t(text.AGREEMENT_CAVEAT)}",
        title=t(outcome_text.ANSWER) if sure else None,
        icon=":material/groups:",
    )


def _doubt(diagnosis: CaseResult) -> str:
    """Say why nothing can be told of a file; return the cause, "" where there is none."""
    if diagnosis.status != "uncertain":
        return ""
    cause = decide(diagnosis.predictions).cause
    st.warning(text.plain(diagnosis.reason), title=t(outcome_text.CANT_TELL[cause]))
    return cause
