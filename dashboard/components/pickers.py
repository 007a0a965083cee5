"""Pickers of a run, a network or a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import streamlit as st

from covid_model import runs
from covid_model.common.architectures import title_of
from covid_model.common.errors import CovidModelError
from covid_model.runs import Run
from dashboard.components import text
from dashboard.i18n.translate import t
from dashboard.session import cases, profile, state
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
    follow_link("run", by_name, key=state.RUN)
    if len(by_name) == 1:
        run = shelf.servable[0]
        st.caption(t("Run: {title}", title=run_title(run)))
    else:
        name = st.selectbox(
            t("Trained run"),
            list(by_name),
            format_func=titles(by_name).__getitem__,
            key=state.RUN,
            persist_state="session",
        )
        run = by_name.get(name, shelf.servable[0])
    state.chose("run", run.name)
    return run


def switch_profile(run: Run) -> None:
    """Let the visitor switch the profile off by which the networks answer; nothing without one."""
    try:
        available = profile.available()
    except CovidModelError as error:
        st.error(text.plain(t(error.message)), title=t("The profile of this server is not used"))
        return
    if available is None:
        return
    name = text.plain(available.name)
    if not available.fits(run.folder):
        made_for = text.plain(available.run)
        st.caption(
            t("Profile {name} is not used: it belongs to the run {run}.", name=name, run=made_for)
        )
        return
    st.toggle(
        t("Profile {name}", name=name),
        st.session_state.get(profile.SWITCH, True),
        key=profile.SWITCH,
        persist_state="session",
        help=t(
            "Adjusts the probabilities, what an answer takes and which classes stay open to a "
            "hospital. The networks stay as they are."
        ),
    )


def pick_network(models: Sequence[str], *, key: str) -> str:
    """Let the visitor choose a network; the first where the last choice is not among them."""
    linked = follow_link("network", models, key=key)
    picked = st.segmented_control(
        t("Network"),
        models,
        default=None if linked else models[0],  # the session has it already
        required=True,
        format_func=lambda name: t(title_of(name)),
        key=key,
        persist_state="session",
        wrap=True,
    )
    network = picked if picked is not None and picked in models else models[0]
    state.chose("network", network)
    return network


def follow_link(parameter: str, names: Collection[str], *, key: str) -> bool:
    """Choose what the address of a page that was just opened names; say where it is not here.

    Args:
        parameter: one of ``state.LINKED``.
        names: what can be chosen.
        key: of the widget that comes next.

    Returns:
        Whether the widget's value was set.
    """
    asked = state.asked_by_link(parameter)
    if asked in names:
        st.session_state[key] = asked
        return True
    if asked is not None:
        st.warning(t("The link names a run or network that is not here: another is shown."))
    return False


def run_title(run: Run) -> str:
    """Return the title that people know a run by, as Markdown."""
    return text.plain(raw_title(run))


def raw_title(run: Run) -> str:
    """Return the same for a place that takes no Markdown, such as a list to choose from."""
    return t(str(run.info.get("title") or run.name))


def titles(runs: Mapping[str, Run]) -> dict[str, str]:
    """Return what a list to choose from calls each run: its folder too where titles are the same.

    Args:
        runs: by folder name.
    """
    title = {name: raw_title(run) for name, run in runs.items()}
    count = Counter(title.values())
    return {name: said if count[said] == 1 else f"{said} ({name})" for name, said in title.items()}


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
