"""A viewer of radiographs with maps, whose controls all live in the browser.

It is a Streamlit component of plain files: those of ``js`` are joined to one module. Moving one of
its controls neither runs the page again nor asks a network.
"""

from pathlib import Path
from typing import Any

import streamlit as st

HERE = Path(__file__).resolve().parent
SCRIPTS = ("state", "dom", "picture", "render", "panels", "controls", "input", "main")  # in order

_mounted = st.components.v2.component(
    "radiograph_viewer",
    html='<div class="viewer"></div>',
    css=(HERE / "viewer.css").read_text("utf-8"),
    js="\n".join((HERE / "js" / f"{name}.js").read_text("utf-8") for name in SCRIPTS),
)


def show(scene: dict[str, Any], *, key: str, height: str = "") -> None:
    """Draw a scene of ``scene.py``.

    Args:
        scene: what to show.
        key: of the viewer on its page; the same one keeps the focus when the scene changes.
        height: CSS length of pictures with controls where columns stand side by side; "" for one
            that follows from their width.
    """
    _mounted(data={**scene, "height": height}, key=key)
