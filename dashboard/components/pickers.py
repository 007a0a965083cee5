"""Pickers of a run, a network or a file."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from covid_model import runs
from covid_model.common.architectures import title_of
from covid_model.runs import Run
from dashboard.components import text
from dashboard.i18n.translate import t
from dashboard.session import cases, state
from dashboard.session.uploads import Case


def open_shelf(*, to_predict: bool) -> runs.Shelf:
    """Return the runs after saying which cannot be opened, or what to do where there is none."""
    shelf = runs.open_shelf()
    for sentence in shelf.damaged:
        st.error(text.plain(sentence), title=t("A run cannot be opened"))
    if not (shelf.servable if to_predict else shelf.runs):
        st.warning(text.no_run(runs.runs_root()), title=t("No trained networks yet"))
        st.code(text.TRAIN_COMMAND, language="bash", wrap_lines=True)
    return shelf


def pick_run(shelf: runs.Shelf) -> Run | None:
    """Let the visitor choose among the runs that predict; None where there is none."""
    if not shelf.servable:
        return None
    by_name = {run.name: run for run in shelf.servable}
    if len(by_name) == 1:
        st.caption(t("Trained run: {title}", title=run_title(shelf.servable[0])))
        return shelf.servable[0]
    name = st.selectbox(
        t("Trained run"),
        list(by_name),
        format_func=lambda name: raw_title(by_name[name]),
        key=state.RUN,
        persist_state="session",
    )
    return by_name.get(name, shelf.servable[0])


def pick_network(models: Sequence[str], *, key: str) -> str:
    """Let the visitor choose a network; the first where the last choice is not among them."""
    picked = st.segmented_control(
        t("Network"),
        models,
        default=models[0],
        required=True,
        format_func=lambda name: t(title_of(name)),
        key=key,
        persist_state="session",
    )
    return picked if picked in models else models[0]


def run_title(run: Run) -> str:
    """Return the title that people know a run by, as Markdown."""
    return text.plain(raw_title(run))


def raw_title(run: Run) -> str:
    """Return the same for a place that takes no Markdown, such as a list to choose from."""
    return t(str(run.info.get("title") or run.name))


def pick_case() -> tuple[str, Case] | None:
    """Let the visitor choose one of the session's files when there are several."""
    files = cases.by_key()
    if len(files) > 1:
        # Names alone: Streamlit keeps the function, with all it holds, when the list is gone.
        names = {key: text.said(case.name) for key, case in files.items()}
        cases.show_chosen()
        st.selectbox(
            t("File to look at"),
            list(files),
            format_func=lambda key: names.get(key, ""),
            key=cases.CASE,
            on_change=cases.choose_shown,
        )
    return cases.current_case()
