"""Section on groups left out of training: every network, then the groups of the chosen one."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from covid_model.common.architectures import title_of
from covid_model.runs.report_schema import Report
from dashboard.components import display
from dashboard.i18n.translate import t
from dashboard.reports.left_out import tables as left_out_tables
from dashboard.reports.left_out import text as left_out_text


def section(name: str, reports: Mapping[str, Report], *, file: str) -> None:
    """Show how the networks do on hospitals that they have not seen.

    Args:
        name: the network whose groups are shown.
        reports: architecture -> report, of every network whose report can be read; at least one
            has figures on groups left out.
        file: how the names of the tables' files begin.
    """
    known = {key: report["left_out"] for key, report in reports.items() if "left_out" in report}
    display.draw_table(
        partial(left_out_tables.networks, known),
        alt=t("Figures of each network on groups left out of training"),
        file=f"{file}-left-out",
    )
    st.caption(left_out_text.explained(known.get(name) or next(iter(known.values()))))
    if name not in known:
        return
    report, network = known[name], t(title_of(name))
    st.caption(left_out_text.sets(report, network=network))
    for kind, rows in report["by"].items():
        title = left_out_text.KINDS[kind]
        display.draw_table(
            partial(left_out_tables.groups, rows, kind=kind),
            alt=t("{network} on each group: {title}", network=network, title=title),
            file=f"{file}-{name}-left-out-{kind}",
        )
    if any(row["few"] for rows in report["by"].values() for row in rows):
        st.caption(t(left_out_text.FEW))
