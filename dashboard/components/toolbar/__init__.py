"""Toolbar above a case, in one line: the files, the one in view, the run, the network."""

from collections.abc import Collection
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.components import intake, pickers
from dashboard.i18n.translate import t
from dashboard.session import cases

PREVIOUS_KEY, NEXT_KEY = "p", "n"
ONE_SCREEN = "min(calc(100dvh - 15rem), 60rem)"  # of height that line and verdict leave a viewer

_mounted = st.components.v2.component(
    "toolbar", js=Path(__file__).with_name("toolbar.js").read_text("utf-8")
)


def heading(title: str) -> None:
    """Name the page to screen readers; the navigation says it to the others.

    The browser hears the keys of the page from here on, and goes to its top whenever another file
    is in view.
    """
    current = cases.current_case()
    with st.container(key="heading"):
        st.title(title)
        _mounted(data={"file": current and current[0][:8]}, key="keys", height=0)


def line() -> DeltaGenerator:
    """Begin the line; the labels of what goes into it are for screen readers alone."""
    return st.container(key="toolbar", horizontal=True, vertical_alignment="center", gap="small")


def files() -> None:
    """Show the intake, folded; nothing as long as there is no file."""
    if count := len(cases.by_key()):
        with st.popover(t("Files ({count})", count=count), icon=":material/folder_open:"):
            intake.intake()


def nothing_yet() -> None:
    """Show the intake whole, beside what to do with it."""
    left, right = st.columns([1, 2], gap="large")
    with left:
        intake.intake()
    with right:
        intake.empty()


def pick_case(among: Collection[str] | None = None) -> None:
    """Let the visitor choose a file, or step to the one before or after; nothing with one file.

    Args:
        among: keys of the files that the steps go through, None for all.
    """
    order = list(cases.by_key())
    if len(order) < 2:
        return
    current, _ = cases.require_current_case()
    place, keys = order.index(current), order if among is None else among
    before = next((key for key in reversed(order[:place]) if key in keys), None)
    after = next((key for key in order[place + 1 :] if key in keys), None)
    with st.container(key="steps", horizontal=True, gap=None, vertical_alignment="center"):
        _step(t("Previous file"), before, icon=":material/chevron_left:", key=PREVIOUS_KEY)
        pickers.pick_case()
        _step(t("Next file"), after, icon=":material/chevron_right:", key=NEXT_KEY)


def _step(label: str, case: str | None, *, icon: str, key: str) -> None:
    """Draw a button that shows its sign alone; its label is for screen readers."""
    st.button(
        label,
        icon=icon,
        disabled=case is None,
        help=t("{label}: key {key}", label=label, key=key),
        on_click=cases.choose,
        args=(case,),
        shortcut=key,
        key=f"step-{key}",
    )
