"""Your hospital: a run's networks judged on radiographs of the visitor's own."""

import streamlit as st

from covid_model.common.architectures import title_of
from dashboard.components import pickers
from dashboard.i18n.translate import t
from dashboard.reports.hospital import adjustment, judging, sections, text, work

st.title(t("Your hospital"))
st.markdown(t(text.ABOUT))
st.caption(t(text.PRIVACY))
shelf = pickers.open_shelf(to_predict=True)
run = pickers.pick_run(shelf)
if run is not None:
    names = ", ".join(t(title_of(name)) for name in run.servable_models)
    st.caption(t("Asked: {networks}.", networks=names))
    judging.ask(run)
    judging.go_on()
    done = work.current()
    if done.files:
        sections.report(done)
        adjustment.fitted(done, shelf)
    adjustment.loaded(shelf)
