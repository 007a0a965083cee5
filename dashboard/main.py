"""The script that Streamlit runs for every page: the navigation and the frame around it."""

import sys
from functools import partial
from pathlib import Path

import streamlit as st

HERE = Path(__file__).resolve().parent
if str(HERE.parent) not in sys.path:  # Streamlit puts this folder there, not the project's
    sys.path.insert(0, str(HERE.parent))

from covid_model.common.disclaimer import NAME, NOTICE  # noqa: E402
from dashboard.frame import (  # noqa: E402
    brand,
    disclaimer_gate,
    error_boundary,
    keeper,
    language_switch,
    login_gate,
    receiver,
)
from dashboard.i18n import streamlit_words  # noqa: E402
from dashboard.i18n.translate import t  # noqa: E402
from dashboard.session import state  # noqa: E402

# A file of ours: Streamlit would fetch an emoji or a symbol for the browser tab from elsewhere.
st.set_page_config(page_title=t(NAME), page_icon=brand.ICON, layout="wide")
pages = {
    file: st.Page(HERE / "views" / f"{file}.py", title=title, icon=f":material/{icon}:", help=about)
    for file, title, icon, about in (
        ("classify", t("Classify"), "radiology", t("Classify radiographs with one network.")),
        ("compare", t("Compare"), "compare", t("See all networks on one radiograph.")),
        ("reports", t("Reports"), "monitoring", t("How well the trained networks do.")),
        ("shortcuts", t("Shortcuts"), "visibility", t("Do they look at the lungs?")),
        ("errors", t("Errors"), "rule", t("What they name wrongly.")),
        (
            "hospital",
            t("Your hospital"),
            "local_hospital",
            t("How well they do on your radiographs."),
        ),
        ("about", t("About"), "info", t("Purpose, data, origin of the models, limits.")),
    )
}
moved = [  # old addresses, so that a bookmark still opens its page
    st.Page(partial(st.switch_page, pages[file]), title=old, url_path=old, visibility="hidden")
    for old, file in (("audit", "shortcuts"),)
]
page = st.navigation(
    [*pages.values(), *moved],
    position="top" if login_gate.passed() and disclaimer_gate.accepted() else "hidden",
)
brand.show()
st.html(brand.STYLE)
streamlit_words.translate()
if not login_gate.passed():
    login_gate.show()
    st.stop()
if not disclaimer_gate.accepted():
    disclaimer_gate.show()
    st.stop()
receiver.listen()
with st.container(horizontal_alignment="center"), st.container(key="frame"):
    with st.container(
        key="notice",
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
    ):
        st.caption(f":material/info: **{t(NOTICE)}**", width="content")
        with st.container(width="content", horizontal=True, vertical_alignment="center"):
            with st.container(width="content", gap=None):
                language_switch.switch()
            login_gate.log_out()
    keeper.offer()
    state.open_page(page.url_path)
    receiver.note()
    with error_boundary.guarded():
        page.run()
state.write_address()
keeper.keep()
disclaimer_gate.remember()
