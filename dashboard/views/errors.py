"""Errors: the test images that a network names wrongly, the surest first."""

import streamlit as st

from covid_model.common.errors import CovidModelError
from dashboard.components import display, run_picker, text
from dashboard.components.run_picker import SelectedNetwork
from dashboard.i18n.translate import t
from dashboard.reports.errors import misclassified, thumbnails
from dashboard.reports.errors import text as errors_text
from dashboard.reports.errors.misclassified import Mistake
from dashboard.session import state

ON_A_PAGE = 12


def picture(mistake: Mistake) -> None:
    """Show the radiograph where it is at hand, else say why it is not."""
    folder = misclassified.data_folder()
    reason = t(errors_text.NO_PICTURE)
    if folder and mistake.path:
        try:
            file = misclassified.file_of(mistake.path, folder)
            st.image(
                display.data_url(thumbnails.thumbnail(file)),
                width="stretch",
                alt=errors_text.alt(mistake),
            )
            return
        except CovidModelError as error:
            reason = f"{reason}. {text.plain(error.message)}"
    with st.container(
        border=True, height=200, horizontal_alignment="center", vertical_alignment="center"
    ):
        st.caption(f":material/hide_image: {reason}", text_alignment="center")


def card(mistake: Mistake) -> None:
    """Show one mistake."""
    picture(mistake)
    st.markdown(errors_text.heading(mistake))
    st.caption(f"{errors_text.scores(mistake)}  \n{errors_text.facts(mistake)}")


def filtered(mistakes: list[Mistake]) -> tuple[list[Mistake], str]:
    """Let the visitor choose among the mistakes; return them with the choice's name."""
    picks = []
    labels = {state.ERROR_TRUTH: t("Truth"), state.ERROR_NAMED: t("Taken for")}
    for column, (key, label) in zip(st.columns(2), labels.items(), strict=True):
        picks.append(
            column.segmented_control(
                label,
                list(errors_text.CHOICES),
                default=errors_text.ANY,
                required=True,
                format_func=lambda name: t(errors_text.CHOICES[name]),
                key=key,
                persist_state="session",
                wrap=True,
            )
        )
    truth, predicted = (pick or errors_text.ANY for pick in picks)
    return misclassified.chosen(mistakes, truth=truth, predicted=predicted), f"{truth}-{predicted}"


def gallery(selection: SelectedNetwork, mistakes: list[Mistake]) -> None:
    """Show a page of the mistakes that the visitor chose."""
    matching, choice = filtered(mistakes)
    if not matching:
        st.container(border=True).markdown(t(errors_text.NONE_LEFT))
        return
    pages = -(-len(matching) // ON_A_PAGE)
    key = f"{state.ERROR_PAGE}-{selection.file}-{choice}"  # another choice starts on its first page
    page = st.pagination(pages, key=key) if pages > 1 else 1
    grid = st.grid(4, min_column_width=230, gap="medium")
    for mistake in matching[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]:
        with grid.cell():
            card(mistake)
    display.offer_text(
        t("All {count:,} as CSV", count=len(matching)),
        misclassified.to_csv(matching),
        file=f"{selection.file}-errors.csv",
    )


st.title(t("Errors"))
st.markdown(t(errors_text.INTRODUCTION))
selection = run_picker.pick()
try:
    rows = selection.run.table(selection.model, "predictions.csv")
except CovidModelError as error:
    st.error(text.plain(error.message), title=t("These errors cannot be shown"))
    st.stop()
mistakes = misclassified.mistakes(rows)
st.markdown(errors_text.counted(selection, len(mistakes), len(rows)))
if note := errors_text.no_pictures(selection, mistakes, misclassified.data_folder()):
    st.info(note)
gallery(selection, mistakes)
