"""The parts of the Shortcuts page: the checks, then the maps under test."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from dashboard import audit_charts, audit_map_text, audit_tables, audit_text
from dashboard.audit_text import Audit
from dashboard.components import display, formatting
from dashboard.i18n.translate import t


def banner(audit: Audit) -> None:
    """Say first which checks failed, or that none did."""
    if count := len(audit["failed"]):
        st.error(
            audit_text.failures(audit),
            title=t(
                "{count} of {checks} checks failed: this network may use shortcuts",
                count=count,
                checks=len(audit_text.checked(audit)),
            ),
        )
    else:
        st.success(audit_text.verdict(audit))


def conditions(audit: Audit, *, file: str) -> None:
    """Show what is left with parts of the images hidden."""
    st.subheader(t("With parts hidden"))
    chart, table = st.columns(2, gap="medium", vertical_alignment="center")
    with chart:
        display.draw_chart(
            audit_charts.conditions_chart(audit),
            alt=audit_text.conditions_alt(audit),
            key="conditions",
        )
    with table:
        display.draw_table(
            partial(audit_tables.conditions, audit),
            alt=t("Figures with parts hidden"),
            file=f"{file}-hidden",
        )
        st.caption(t(audit_text.EXPLAINED))
    st.caption(audit_text.mask_note(audit))


def source(audit: Audit, *, file: str) -> None:
    """Show how well the source can be seen, how much of the label it gives away."""
    st.subheader(t("The source of an image"))
    left, right = st.columns(2, gap="medium")
    with left:
        if probe := audit["source_probe"]:
            display.draw_chart(
                audit_charts.probe_chart(probe), alt=audit_text.probe_alt(probe), key="probe"
            )
            st.caption(t(audit_text.PROBE))
        else:
            st.markdown(t(audit_text.NO_PROBE))
    with right:
        v = formatting.number(audit["label_by_source"]["cramers_v"], 2)
        st.markdown(t("**Training images by source: Cramér's V {v}**", v=v))
        display.draw_table(
            partial(audit_tables.label_by_source, audit),
            alt=t("Training images by source and class"),
            file=f"{file}-label-by-source",
        )
        st.caption(t(audit_text.BY_SOURCE))


def maps(audit: Audit, comparison: Mapping | None, *, file: str) -> None:
    """Show whether the maps tell what moved the network."""
    st.subheader(t(audit_map_text.TITLE))
    found = audit["maps"]
    if found is None:
        st.markdown(t(audit_map_text.NO_MAPS))
        return
    st.markdown(audit_map_text.introduction(found))
    for column, kind in zip(st.columns(2, gap="medium"), ("deletion", "insertion"), strict=True):
        with column:
            _curves(found[kind], kind)
    left, right = st.columns(2, gap="medium")
    with left:
        _inside(found)
    with right:
        _alike(found, comparison or {}, file=file)


def _curves(found: Mapping, kind: str) -> None:
    display.draw_chart(
        audit_charts.curves_chart(found, kind=kind),
        alt=audit_map_text.curve_alt(found, kind),
        key=f"curves-{kind}",
    )
    st.markdown(audit_map_text.curve_verdict(found, kind))
    st.caption(t(audit_map_text.CURVES[kind]))


def _inside(found: Mapping) -> None:
    """Show the share of the maps inside the lungs, where the lungs are known."""
    inside = found["inside_lungs"]
    if inside is None:
        return
    display.draw_chart(
        audit_charts.inside_chart(found), alt=audit_map_text.inside_alt(inside), key="inside"
    )
    if verdict := audit_map_text.inside_verdict(inside):
        st.markdown(verdict)
    st.caption(f"{t(audit_map_text.INSIDE)} {t(audit_text.MASKS)}")


def _alike(found: Mapping, comparison: Mapping, *, file: str) -> None:
    """Show how alike maps are after weights were drawn anew, or between two networks."""
    if found["randomised"]:
        st.markdown(t("**Weights drawn anew**"))
        display.draw_table(
            partial(audit_tables.randomised, found),
            alt=t("Similarity of maps after weights were drawn anew"),
            file=f"{file}-randomised",
        )
        st.caption(t(audit_map_text.RANDOMISED))
    if comparison.get("map_agreement"):
        st.markdown(t("**Agreement of the networks' maps**"))
        display.draw_table(
            partial(audit_tables.agreement, comparison),
            alt=t("Similarity of two networks' maps"),
            file=f"{file}-maps",
        )
        st.caption(t(audit_map_text.AGREEMENT))
