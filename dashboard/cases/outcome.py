"""Outcome of one file: its verdict, the bars beside the picture, what the verdict rests on."""

from dataclasses import replace
from functools import partial

import streamlit as st

from covid_model.common.architectures import title_of
from covid_model.common.errors import CovidModelError
from covid_model.runs import Run, sha256_of
from covid_model.runs.report_schema import Report
from covid_model.serving import CaseResult, Prediction
from covid_model.serving.decision import looks_lateral
from dashboard.cases import outcome_tables, outcome_text
from dashboard.cases.outcome_text import Verdict
from dashboard.components import display, text
from dashboard.i18n.translate import t
from dashboard.session import cases, inference

ICONS = {
    "ok": ":material/check_circle:",
    "uncertain": ":material/help:",
    "uncalibrated": ":material/help:",
}
REPORTS = "views/reports.py"


def show_refusal(key: str, result: CaseResult) -> bool:
    """Say why a file has no answer, above its picture; return False where it may have one.

    Args:
        key: of the file.
        result: what was made of it.
    """
    if result.status != "refused":
        return False
    reason, name = text.plain(result.reason), text.plain(result.name)
    lateral = looks_lateral(result.predictions)
    title = t("{name} cannot be classified", name=name)
    if result.withheld:
        title = t(outcome_text.LATERAL if lateral else outcome_text.NOVEL)
    with st.container(key="verdict-refused"):
        st.error(reason, title=title)
    picture = result.radiograph or inference.refused_picture(key, cases.by_key()[key])
    if picture is not None:
        with st.container(key="refused"):
            display.draw_radiograph(replace(result, radiograph=picture))
    if result.withheld:
        with st.expander(t("How sure"), icon=":material/help:"):
            _refused_by(result, lateral=lateral)
    return True


def _refused_by(result: CaseResult, *, lateral: bool) -> None:
    """Show by which figures the networks refuse a picture."""
    display.draw_table(
        partial(outcome_tables.lateral if lateral else outcome_tables.novelty, result),
        alt=t("Lateral view by each network") if lateral else t("Novelty by each network"),
        file="lateral" if lateral else "novelty",
        result=result,
    )
    st.caption(t(outcome_text.WITHHELD_LATERAL if lateral else outcome_text.WITHHELD))


def show_verdict(result: CaseResult, run: Run) -> Verdict:
    """Say what is said of a file that is not refused, and how often such a verdict is right."""
    verdict = outcome_text.of_case(result)
    with st.container(key=f"verdict-{verdict.kind}", gap=None):
        st.subheader(verdict.sentence, icon=ICONS[verdict.kind], anchor=False)
        with st.container(key="record", horizontal=True, gap="small", vertical_alignment="center"):
            if record := _track_record(result, run, verdict.kind):
                st.caption(record, width="content")
            st.page_link(REPORTS, label=t("All its figures"), icon=":material/monitoring:")
    return verdict


def _track_record(result: CaseResult, run: Run, kind: str) -> str:
    """How often what decides is right; "" where several do, or no report can be read."""
    deciding = result.predictions if result.together is None else (result.together,)
    if name := deciding[0].profile:
        return outcome_text.by_profile(name)
    if len(deciding) > 1:
        return ""
    [prediction] = deciding
    try:
        report = _report(run, prediction.model)
    except CovidModelError:  # Reports says what is wrong with it
        return ""
    return outcome_text.track_record(report, prediction, kind)


def _report(run: Run, model: str) -> Report:
    """Read a report once for all sessions."""
    return _stored_report(run, model, str(run.folder), sha256_of(run.folder / model / "model.json"))


@st.cache_data(max_entries=16, show_spinner=False)
def _stored_report(_run: Run, model: str, folder: str, digest: str) -> Report:
    """Read a report; ``digest`` makes that of a retrained network be read afresh."""
    return _run.report(model)


def sentence(prediction: Prediction) -> str:
    """Say what one network says by itself."""
    return outcome_text.of_network(prediction).sentence


def show_networks(result: CaseResult) -> None:
    """Draw what each network gives to each class; no bars of one that refuses the picture."""
    for prediction in result.predictions:
        with st.container(gap="xsmall"):
            st.markdown(f"**{title_of(prediction.model)}**")
            if outcome_text.of_network(prediction).kind != "refused":
                display.draw_scores(prediction)


def how_sure(result: CaseResult) -> None:
    """Show, folded, the figures that a verdict rests on."""
    several = len(result.predictions) > 1
    with st.expander(t("How sure"), icon=":material/help:"):
        if result.reason:
            st.markdown(text.plain(result.reason))
        display.draw_table(
            partial(outcome_tables.scores, result),
            alt=t("What each network says of each class"),
            file="networks" if several else "",
            result=result,
        )
        st.caption(t("A novelty above 1 means: not like the radiographs that a network knows."))
        if several:
            st.markdown(f"**{t('How far the networks lie apart')}**")
            display.draw_table(
                partial(outcome_tables.spread, result),
                alt=t(outcome_text.SPREAD),
                file="spread",
                result=result,
            )
            st.caption(t(text.AGREEMENT_CAVEAT))
