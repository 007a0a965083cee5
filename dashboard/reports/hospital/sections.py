"""Report of an evaluation on the page, from its files alone."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, cast

import streamlit as st

from covid_model.common import metrics
from covid_model.common.architectures import TOGETHER, title_of
from covid_model.common.metrics import Place, shown_in
from covid_model.evaluation.comparison.hospital import FACTS_FILE, PROFILE_FILE, json_of
from covid_model.runs.report_schema import Comparison, Report
from dashboard.components import display
from dashboard.components.formatting import count, metric_cells
from dashboard.components.text import plain
from dashboard.i18n.translate import t
from dashboard.reports.hospital import findings, tables
from dashboard.reports.hospital import text as hospital_text
from dashboard.reports.hospital.work import Work, packed
from dashboard.reports.performance import sections as performance
from dashboard.reports.performance import tables as performance_tables

HEADLINES = ("macro_recall", "auroc_macro")
NETWORK, FILE = "hospital-network", "hospital"


def report(done: Work) -> None:
    """Show the report: in short, each network, the reader, the files."""
    facts = json_of(done.files, FACTS_FILE)
    reports = {
        name: found
        for name in facts["networks"]
        if (found := json_of(done.files, f"{name}/report.json"))
    }
    name, run = plain(facts["name"]), plain(facts["run"]["name"])
    st.header(t("Report {name}: run {run}", name=name, run=run), anchor=False)
    if reports:
        deciding = TOGETHER if TOGETHER in reports else next(iter(reports))
        _in_short(json_of(done.files, f"{deciding}/figures.json"), reports[deciding], deciding)
    if known := facts["data"]["in_training"]:
        st.warning(
            t(
                "{count} images bear the name of one that the run was trained on: if they are the "
                "same, the figures flatter it.",
                count=known,
            )
        )
    _downloads(done)
    if reports:
        _network(done, reports)
    if comparison := json_of(done.files, "comparison.json"):
        performance.comparison(cast(Comparison, comparison), file=f"{FILE}-comparison")
    if readings := json_of(done.files, "readings.json"):
        _reader(readings)
    _files(done, facts)


def _in_short(figures: Mapping[str, Any], report: Mapping[str, Any], name: str) -> None:
    """Say first whether the figures differ from the run's own."""
    st.markdown(f"**{t('In short, by {network}', network=title_of(name))}**")
    sentences = []
    for part, rows in figures["beside"].items():
        known = {row["figure"]: row for row in rows["figures"]}
        shown = [key for key in HEADLINES if key in known] or [k for k in known if "recall_" in k]
        sentences += [findings.conclusion(known[key], part) for key in shown]
    unknown = report.get("patients_unknown", {}).get("images", 0)
    judged = t(
        "{images} images are judged, {known} of {patients} known patients.",
        images=report["images"],
        known=report["images"] - unknown,
        patients=report["patients"],
    )
    method = t(report["intervals"]["method"])
    intervals = t("Intervals: {method}.", method=method)
    _listed([*sentences, f"{judged} {intervals}"])
    for sentence in findings.limits(figures):
        st.warning(sentence)


def _listed(sentences: Sequence[str]) -> None:
    st.markdown("\n".join(f"- {sentence}" for sentence in sentences))


def _network(done: Work, reports: Mapping[str, Mapping[str, Any]]) -> None:
    """Show the figures of the network that the visitor chooses."""
    name = st.segmented_control(
        t("Network"), list(reports), default=TOGETHER if TOGETHER in reports else None,
        required=True, format_func=lambda key: t(title_of(key)), key=NETWORK, wrap=True,
    ) or next(iter(reports))  # fmt: skip
    own = cast(Report, reports[name])
    figures, audit = (json_of(done.files, f"{name}/{file}.json") for file in ("figures", "audit"))
    display.draw_table(partial(_overall, own), alt=t("Figures over all classes"))
    display.draw_table(
        partial(performance_tables.per_class, own),
        alt=t("Figures of each class"),
        file=f"{FILE}-{name}-classes",
    )
    performance.charts_of(own)
    _listed([*findings.answers(own), *findings.audit(audit)])
    for part, rows in figures["beside"].items():
        where, images = findings.PARTS[part], rows["images"]
        title = t("Beside {where} ({images} images)", where=where, images=count(images))
        st.markdown(f"**{title}**")
        display.draw_table(
            partial(tables.beside, rows["figures"]), alt=title, file=f"{FILE}-{name}-{part}"
        )
    st.caption(t(hospital_text.MEANING))
    if rows := figures.get("at_prevalence"):
        title = t("PPV and NPV at the mix of classes that you gave")
        st.markdown(f"**{title}**")
        display.draw_table(partial(tables.at_prevalence, rows), alt=title)
    st.markdown(f"**{t('PPV and NPV at another prevalence')}**")
    performance.prevalence(own, file=f"{FILE}-{name}-prevalence")


def _overall(report: Report) -> list[dict[str, str]]:
    return [metric_cells(report, shown_in(Place.CARD, metrics.OVERALL))]


def _reader(readings: Mapping[str, Any]) -> None:
    """Show the reader beside the networks, where there are readings with a truth."""
    st.markdown(f"**{t('The reader beside the networks')}**")
    st.markdown(findings.reader(readings))
    display.draw_table(
        partial(tables.reader, readings),
        alt=t("The reader beside the networks"),
        file=f"{FILE}-reader",
    )


def _files(done: Work, facts: Mapping[str, Any]) -> None:
    """Show, folded, what became of the files."""
    data = facts["data"]
    refusals = done.evaluation.asked.refusals.most_common() if done.evaluation else []
    with st.expander(t("What became of the files"), icon=":material/list:"):
        display.draw_table(
            partial(tables.files, data["files"], refusals), alt=t("What became of the files")
        )
        if data["several"]:
            st.caption(
                t(
                    "{count} images are of patients with images of more than one class.",
                    count=data["several"],
                )
            )


def _downloads(done: Work) -> None:
    with st.container(horizontal=True):
        st.download_button(
            t("Report as ZIP"), partial(packed, done.files), file_name="evaluation.zip",
            mime="application/zip", icon=":material/download:", on_click="ignore",
            key="hospital-zip-file",
            help=t(
                "The folder that the command evaluate writes, which verify checks once unpacked; "
                "REPORT.md is for reading. No name is in it."
            ),
        )  # fmt: skip
        st.download_button(
            t("Which number is which file"), partial(str, done.names), file_name="names.csv",
            mime="text/csv", icon=":material/key:", on_click="ignore", key="hospital-names",
            help=t("Names of files and patients beside their numbers: keep it as the files."),
        )  # fmt: skip
        if PROFILE_FILE in done.files:
            st.download_button(
                t("Profile"), partial(bytes, done.files[PROFILE_FILE]), file_name=PROFILE_FILE,
                mime="application/json", icon=":material/download:", on_click="ignore",
                key="hospital-profile-file",
                help=t("For this page on another day, and for classify --profile."),
            )  # fmt: skip
