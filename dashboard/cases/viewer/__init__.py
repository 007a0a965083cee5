"""A viewer of radiographs with maps, whose controls all live in the browser.

It is a Streamlit component of plain files: those of ``js`` are joined to one module. Moving one of
its controls neither runs the page again nor asks a network.
"""

from pathlib import Path
from typing import Any

import streamlit as st

HERE = Path(__file__).resolve().parent
ONE_SCREEN = "min(calc(100dvh - 15rem), 60rem)"  # what the page has left below its verdict
SCRIPTS = ("state", "dom", "picture", "render", "panels", "controls", "input", "main")  # in order

_mounted = st.components.v2.component(
    "radiograph_viewer",
    html='<div class="viewer"></div>',
    css=(HERE / "viewer.css").read_text("utf-8"),
    js="\n".join((HERE / "js" / f"{name}.js").read_text("utf-8") for name in SCRIPTS),
)


def show(scene: dict[str, Any], *, key: str, height: str | None = None) -> None:
    """Draw a scene of ``scene.py``.

    Args:
        scene: what to show.
        key: of the viewer on its page; the same one keeps the focus when the scene changes.
        height: CSS length that the viewer takes where pictures stand side by side, so that all of
            it is seen at once; None where it may be as tall as its width makes it.
    """
    _mounted(data={**scene, "tall": height}, key=key)
