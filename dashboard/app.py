"""The dashboard's entry point: navigation with the frame that every page shares."""

import sys
from pathlib import Path

import streamlit as st

HERE = Path(__file__).resolve().parent
if str(HERE.parent) not in sys.path:  # streamlit puts this file's folder there, not the project's
    sys.path.insert(0, str(HERE.parent))

from covid_model.notice import NOTICE  # noqa: E402

# A file of ours: Streamlit would fetch an emoji or a symbol for the browser tab from elsewhere.
st.set_page_config(
    page_title="Chest radiograph triage", page_icon=str(HERE / "icon.svg"), layout="wide"
)
page = st.navigation(
    [
        st.Page(HERE / "views" / f"{file}.py", title=title, icon=icon, help=about)
        for file, title, icon, about in (
            (
                "classify",
                "Classify",
                ":material/radiology:",
                "Classify radiographs with one network.",
            ),
            ("compare", "Compare", ":material/compare:", "See three networks on one radiograph."),
            ("reports", "Reports", ":material/monitoring:", "How well the trained networks do."),
            ("audit", "Shortcuts", ":material/visibility:", "Do they look at the lungs?"),
            ("errors", "Errors", ":material/rule:", "What they name wrongly."),
            ("about", "About", ":material/info:", "Purpose, data, origin of the models, limits."),
        )
    ],
    position="top",
)
with st.container(horizontal_alignment="center"), st.container(width=1240):
    st.caption(f":material/info: **{NOTICE}**")
    page.run()
