"""Picker of the run and the network that Reports, Shortcuts and Errors show."""

from dataclasses import dataclass

import streamlit as st

from covid_model.common.architectures import title_of
from covid_model.runs import Run
from dashboard.components import pickers
from dashboard.i18n.translate import t
from dashboard.session import state


@dataclass(frozen=True)
class SelectedNetwork:
    """A run, one of its networks, and all runs by folder name."""

    run: Run
    model: str
    runs: dict[str, Run]

    @property
    def network(self) -> str:
        """The network's name as papers write it."""
        return t(title_of(self.model))

    @property
    def file(self) -> str:
        """What the names of exported files begin with."""
        return f"{self.run.name}-{self.model}"


def pick(*, with_mean: bool = False) -> SelectedNetwork:
    """Let the visitor choose a run with a network, kept from page to page; stop without a run.

    With ``with_mean`` also the mean of a run's networks can be chosen, where the run has it.
    """
    shelf = pickers.open_shelf(to_predict=False)
    if not shelf.runs:
        st.stop()
    runs = {run.name: run for run in shelf.runs}
    pickers.follow_link("run", runs, key=state.REPORT_RUN)
    with st.container(key="pickers"):
        left, right = st.columns(2)
    with left:
        name = st.selectbox(
            t("Run"),
            list(runs),
            format_func=lambda name: pickers.option(runs[name]),
            key=state.REPORT_RUN,
            persist_state="session",
        )
    run = runs.get(name, shelf.runs[0])
    state.chose("run", run.name)
    with right:
        model = pickers.pick_network(
            run.reported if with_mean else run.models, key=state.REPORT_MODEL
        )
    return SelectedNetwork(run, model, runs)
