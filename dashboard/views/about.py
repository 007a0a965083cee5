"""About: what the dashboard is for, what it rests on, where it fails."""

from functools import partial

import streamlit as st

from covid_model.common import paper
from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.errors import CovidModelError
from covid_model.runs import Run
from covid_model.runs.model_card.card import CARD_FILE, model_card
from dashboard.components import display, pickers, text
from dashboard.frame import about_text, error_boundary
from dashboard.i18n.translate import current, t
from dashboard.reports import tables
from dashboard.session import state

CARD_HEIGHT = 640  # pixels


def origin(run: Run, *, expanded: bool) -> None:
    """Say where the weights and the images of one run come from."""
    data = run.info.get("data") or {}
    with st.expander(pickers.run_title(run), expanded=expanded):
        for name in run.models:
            try:
                origin = run.model_info(name).backbone_origin
                st.markdown(f"**{ARCHITECTURES[name]}.** {text.plain(t(origin))}")
            except CovidModelError as error:
                st.error(text.plain(error.message))
        images = sum(row["images"] for row in data.get("counts", ()))
        recipe = text.plain((run.info.get("recipe") or {}).get("name") or t("unknown"))
        summary = t("Recipe: {recipe}. {images:,} radiographs.", recipe=recipe, images=images)
        st.markdown(f"{summary} {text.split_note(data)[0]}")
        display.draw_table(
            partial(tables.counts, data),
            alt=t("Images by part, source and class"),
            file=f"{run.name}-counts",
        )


@error_boundary.fragment
def card(run: Run) -> None:
    """Show one run's model card, once it is asked for, with a button to keep it."""
    title = t("Model card: {title}", title=pickers.run_title(run))
    with st.expander(title, key=f"{state.CARD}-{run.name}", on_change="rerun") as panel:
        if not panel.open:
            return
        try:
            written = model_card(run)
        except CovidModelError as error:
            st.error(text.plain(error.message), title=t("This model card cannot be written"))
            return
        display.offer_text(
            t("Download as Markdown"),
            written,
            file=f"{run.name}-{CARD_FILE}",
            key=f"keep-{run.name}",
        )
        if current() != "en":
            st.caption(t("Model cards are in English."))
        with st.container(height=CARD_HEIGHT, border=False):  # wide tables scroll in it
            st.markdown(about_text.below(written))


st.title(t("About"))
left, right = st.columns(2, gap="large")
with left:
    st.subheader(t("What it is for"))
    st.markdown(t(about_text.PURPOSE))
    st.subheader(t("What it is not for"))
    st.markdown(t(about_text.NOT_FOR))
    st.subheader(t("Your files"))
    st.markdown(t(about_text.PRIVACY))
with right:
    st.subheader(t('What "can\'t tell" means'))
    st.markdown(t(about_text.CANT_TELL))
st.subheader(t("Limits"))
st.markdown(t(about_text.LIMITS))
st.subheader(t("The data and the origin of the networks"))
st.markdown(t(about_text.DATA, citation=paper.CITATION))
shelf = pickers.open_shelf(to_predict=False)
for run in shelf.runs:
    origin(run, expanded=run is shelf.runs[0])
    card(run)
