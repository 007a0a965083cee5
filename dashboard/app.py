"""The server of the dashboard, which ``streamlit run`` starts; ``main.py`` draws its pages."""

import sys
from pathlib import Path

import streamlit as st

HERE = Path(__file__).resolve().parent
if str(HERE.parent) not in sys.path:  # Streamlit puts this folder there, not the project's
    sys.path.insert(0, str(HERE.parent))

from dashboard.frame import error_boundary  # noqa: E402
from dashboard.server import departures, login, logs  # noqa: E402
from dashboard.server.middleware import middleware  # noqa: E402

logs.configure()
login.require_secrets()
# Streamlit looks for this very assignment in the text of this file.
app = st.App(
    HERE / "main.py",
    lifespan=departures.lifespan,
    middleware=middleware(),
    on_script_error=error_boundary.show,
)
