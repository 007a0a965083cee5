"""What Streamlit itself says in English, in the language of the page."""

from pathlib import Path

import streamlit as st

from covid_model.common.messages import Message
from dashboard.i18n.translate import KEY as KEY_OF_CHOICE
from dashboard.i18n.translate import LANGUAGES, current, speaking, t

KEY = "streamlit_words"
# As Streamlit 1.67 writes them; {what} stands for what it puts there.
WORDS = (
    Message("Skip to main content"),
    Message("App pages"),
    Message("Sidebar"),
    Message("Expand sidebar"),
    Message("Collapse sidebar"),
    Message("Navigate to home page"),
    Message("{what} more"),
    Message("Main menu"),
    Message("Theme"),
    Message("System"),
    Message("Light"),
    Message("Dark"),
    Message("Print"),
    Message("Record screen"),
    Message("Made with Streamlit v"),
    Message("Copy version to clipboard"),
    Message("Copy to clipboard"),
    Message("Link to heading"),
    Message("Help for {what}"),
    Message("Running..."),
    Message("Stop"),
    Message("Connecting"),
    Message("Close"),
    Message("Fullscreen"),
    Message("Fullscreen: {what}"),
    Message("Close fullscreen"),
    Message("Close fullscreen: {what}"),
    Message("Choose an option"),
    Message("Open"),
    Message("No results"),
    Message("Clear value"),
    Message("Increment"),
    Message("Decrement"),
    Message("Press Enter to apply"),
    Message("Press Enter to submit form"),
    Message("Clear selection"),
    Message("Clear selection: {what}"),
    Message("Show/hide columns"),
    Message("Show/hide columns: {what}"),
    Message("Search"),
    Message("Search: {what}"),
    Message("Type to search"),
    Message("Previous Result"),
    Message("Next Result"),
    Message("Close Search"),
    Message("Dataframe column menu"),
    Message("Sort ascending"),
    Message("Sort descending"),
    Message("Autosize"),
    Message("Pin column"),
    Message("Unpin column"),
    Message("Hide column"),
    Message("Copy column name"),
    Message("Select all"),
    Message("Upload"),
    Message("{what} per file"),
)

_mounted = st.components.v2.component(KEY, js=Path(__file__).with_suffix(".js").read_text("utf-8"))


def translate() -> None:
    """Have the browser put the page's language in place of Streamlit's English, or back.

    A page that was English from its start has nothing to put back.
    """
    if current() == "en" and KEY_OF_CHOICE not in st.session_state:
        return
    pairs = []
    for message in WORDS:
        wanted = t(message)
        for language in LANGUAGES:
            with speaking(language):
                said = t(message)
            if said != wanted:
                pairs.append((said, wanted))
    # Of a list Streamlit would ask whether it is a table, and import pandas before the first page.
    _mounted(data={"words": tuple(pairs)}, key=KEY, height=0)
