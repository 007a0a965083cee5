"""Sections of the Shortcuts page: the checks, then the tests of the maps."""

from functools import partial

import streamlit as st

from covid_model.common.audit_checks import cannot_be_audited
from covid_model.runs.audit_schema import Audit, MapCurve, MapMetrics
from covid_model.runs.report_schema import Comparison, Report
from dashboard.components import display, formatting
from dashboard.i18n.translate import t
from dashboard.reports.shortcuts import charts as shortcuts_charts
from dashboard.reports.shortcuts import map_text as shortcuts_map_text
from dashboard.reports.shortcuts import tables as shortcuts_tables
from dashboard.reports.shortcuts import text as shortcuts_text


def banner(audit: Audit, report: Report | None) -> None:
    """Say first which checks failed, or that none did, or that none of them can tell."""
    if cannot_be_audited(audit, report):
        st.error(
            shortcuts_text.guessing(audit, report),
            title=t("This network cannot be audited: no better than guessing"),
        )
    elif count := len(audit["failed"]):
        st.error(
            shortcuts_text.failures(audit),
            title=t(
                "{count} of {checks} checks failed: this network may use shortcuts",
                count=count,
                checks=len(shortcuts_text.checked(audit)),
            ),
        )
    else:
        st.success(shortcuts_text.verdict(audit))


def conditions(audit: Audit, *, file: str) -> None:
    """Show what is left with parts of the images hidden."""
    st.subheader(t("With parts hidden"))
    chart, table = st.columns(2, gap="medium", vertical_alignment="center")
    with chart:
        display.draw_chart(
            shortcuts_charts.conditions_chart(audit),
            alt=shortcuts_text.conditions_alt(audit),
            key="conditions",
        )
    with table:
        display.draw_table(
            partial(shortcuts_tables.conditions, audit),
            alt=t("Figures with parts hidden"),
            file=f"{file}-hidden",
        )
        st.caption(t(shortcuts_text.EXPLAINED))
    st.caption(shortcuts_text.mask_note(audit))


def source(audit: Audit, *, file: str) -> None:
    """Show how well the source can be seen, how much of the label it gives away."""
    st.subheader(t("The source of an image"))
    left, right = st.columns(2, gap="medium")
    with left:
        if probe := audit["source_probe"]:
            display.draw_chart(
                shortcuts_charts.probe_chart(probe),
                alt=shortcuts_text.probe_alt(probe),
                key="probe",
            )
            st.caption(t(shortcuts_text.PROBE))
        else:
            st.markdown(t(shortcuts_text.NO_PROBE))
    with right:
        v = formatting.number(audit["label_by_source"]["cramers_v"], 2)
        st.markdown(t("**Training images by source: Cramér's V {v}**", v=v))
        display.draw_table(
            partial(shortcuts_tables.label_by_source, audit),
            alt=t("Training images by source and class"),
            file=f"{file}-label-by-source",
        )
        st.caption(t(shortcuts_text.BY_SOURCE))


def maps(audit: Audit, comparison: Comparison | None, *, file: str) -> None:
    """Show whether the maps tell what moved the network."""
    st.subheader(t(shortcuts_map_text.TITLE))
    under_test = audit["maps"]
    if under_test is None:
        st.markdown(t(shortcuts_map_text.NO_MAPS))
        return
    st.markdown(shortcuts_map_text.introduction(under_test))
    left, right = st.columns(2, gap="medium")
    with left:
        _curves(under_test["deletion"], "deletion")
    with right:
        _curves(under_test["insertion"], "insertion")
    left, right = st.columns(2, gap="medium")
    with left:
        _inside(under_test)
    with right:
        _alike(under_test, comparison, file=file)


def _curves(curve: MapCurve, kind: str) -> None:
    display.draw_chart(
        shortcuts_charts.curves_chart(curve, kind=kind),
        alt=shortcuts_map_text.curve_alt(curve, kind),
        key=f"curves-{kind}",
    )
    st.markdown(shortcuts_map_text.curve_verdict(curve, kind))
    st.caption(t(shortcuts_map_text.CURVES[kind]))


def _inside(maps: MapMetrics) -> None:
    """Show the share of the maps inside the lungs, where the lungs are known."""
    inside = maps["inside_lungs"]
    if inside is None:
        return
    display.draw_chart(
        shortcuts_charts.inside_chart(maps["images"], inside),
        alt=shortcuts_map_text.inside_alt(inside),
        key="inside",
    )
    if verdict := shortcuts_map_text.inside_verdict(inside):
        st.markdown(verdict)
    st.caption(f"{t(shortcuts_map_text.INSIDE)} {t(shortcuts_text.MASKS)}")


def _alike(maps: MapMetrics, comparison: Comparison | None, *, file: str) -> None:
    """Show how alike maps are after weights were randomised, or between two networks."""
    if maps["randomised"]:
        st.markdown(t("**Weights drawn anew**"))
        display.draw_table(
            partial(shortcuts_tables.randomised, maps),
            alt=t("Similarity of maps after weights were drawn anew"),
            file=f"{file}-randomised",
        )
        st.caption(t(shortcuts_map_text.RANDOMISED))
    if comparison and comparison.get("map_agreement"):
        st.markdown(t("**Agreement of the networks' maps**"))
        display.draw_table(
            partial(shortcuts_tables.agreement, comparison),
            alt=t("Similarity of two networks' maps"),
            file=f"{file}-maps",
        )
        st.caption(t(shortcuts_map_text.AGREEMENT))
