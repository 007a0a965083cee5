"""Outcome of one file: an answer, "can't tell" or a refusal."""

from dataclasses import replace
from functools import partial

import streamlit as st

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.classes import TITLES
from covid_model.serving import CaseResult, decide
from covid_model.serving.decision import looks_lateral
from dashboard.cases import outcome_tables, outcome_text
from dashboard.components import display, text
from dashboard.i18n.translate import t
from dashboard.session import cases, inference


def show_refusal(key: str, result: CaseResult) -> bool:
    """Say why a file has no answer, beside its picture; return False where it may have one.

    Args:
        key: of the file.
        result: what was made of it.
    """
    if result.status != "refused":
        return False
    reason = text.plain(result.reason)
    if not result.withheld:
        st.error(reason, title=t("{name} cannot be classified", name=text.plain(result.name)))
        case = cases.by_key()[key]
        picture = result.radiograph or inference.refused_picture(key, case)
        if picture is not None:
            left, _ = st.columns(2)
            with left:
                display.draw_radiograph(replace(result, radiograph=picture))
        return True
    lateral = looks_lateral(result.predictions)
    st.error(reason, title=t(outcome_text.LATERAL if lateral else outcome_text.NOVEL))
    left, right = st.columns(2)
    with left:
        display.draw_radiograph(result)
    with right:
        if lateral:
            _lateral(result)
        else:
            display.draw_table(
                partial(outcome_tables.novelty, result),
                alt=t("Novelty by each network"),
                file="novelty",
            )
            st.caption(t(outcome_text.WITHHELD))
    return True


def _lateral(result: CaseResult) -> None:
    display.draw_table(
        partial(outcome_tables.lateral, result),
        alt=t("Lateral view by each network"),
        file="lateral",
    )
    st.caption(t(outcome_text.WITHHELD_LATERAL))


def show_answer(result: CaseResult) -> None:
    """Say which class one network names, with how sure it may be taken to be."""
    _doubt(result)
    prediction = result.predictions[0]
    network = ARCHITECTURES[prediction.model]
    left, right = st.columns([2, 3], gap="medium", vertical_alignment="center")
    with left:
        st.metric(
            outcome_text.leads(prediction, network=network, status=result.status),
            t(TITLES[prediction.predicted]),
        )
        bare = text.plain(result.reason) if result.status == "uncalibrated" else ""
        st.caption(f"{text.capital(outcome_text.metrics(prediction))}. {bare}")
    with right:
        display.draw_scores(prediction)


def show_agreement(result: CaseResult) -> None:
    """Say what the networks say together, whether they agree, a doubt where there is one."""
    cause = _doubt(result)
    if cause == "disagree":
        return  # the doubt has named who says what
    predicted = {prediction.model: prediction.predicted for prediction in result.predictions}
    verdict = "" if result.together is None else f"{outcome_text.together(result.together)} "
    title = outcome_text.TITLES_OF.get(result.status)
    st.info(
        f"{verdict}{text.agreement(predicted)} {t(text.AGREEMENT_CAVEAT)}",
        title=t(title) if title else None,
        icon=":material/groups:",
    )


def _doubt(result: CaseResult) -> str:
    """Say why nothing can be told of a file; return the cause, "" where there is none."""
    if result.status != "uncertain":
        return ""
    cause = decide(result.predictions, result.together).cause
    st.warning(text.plain(result.reason), title=t(outcome_text.CANT_TELL[cause]))
    return cause
