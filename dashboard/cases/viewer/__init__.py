"""A viewer of radiographs with maps, whose controls all live in the browser.

It is a Streamlit component of plain files: those of ``js`` are joined to one module. Moving one of
its controls neither runs the page again nor asks a network.

It draws on plain canvases: a table from grey levels to pixels, over a copy of the film that is as
fine as the canvas, changes window and level of 7.5 megapixels of 16 bits in 10 to 25 ms on one core
without a graphics card, where WebGL 2 takes 70 to 110 ms. OpenSeadragon (353 kB) knows 8 bits of a
picture alone, so the same table would have to be written for it; cornerstone3D (3.1 MB with what it
needs, 4.3 MB with its tools) cannot be had without a build step. Neither keeps maps in step with
films, nor can their tools be used by keys.
"""

from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.cases.viewer import whole_film
from dashboard.frame import error_boundary

HERE = Path(__file__).resolve().parent
SCRIPTS = (  # in order
    *("state", "dom", "picture", "films", "geometry", "render", "measure", "panels"),
    *("controls", "tools", "input", "main"),
)

_mounted = st.components.v2.component(
    "radiograph_viewer",
    html='<div class="viewer"></div>',
    css=(HERE / "viewer.css").read_text("utf-8"),
    js="\n".join((HERE / "js" / f"{name}.js").read_text("utf-8") for name in SCRIPTS),
)


@error_boundary.fragment
def show(scene: dict[str, Any], *, key: str, height: str = "") -> None:
    """Draw a scene of ``scene.py``; a film's every pixel follows once the browser asks for it.

    Args:
        scene: what to show.
        key: of the viewer on its page; the same one keeps the focus when the scene changes.
        height: any CSS length for pictures and controls together, as
            ``min(calc(100dvh - 15rem), 60rem)``; the pictures fill what it leaves them. By default,
            and on narrow screens, each picture is as wide as its column and as high as that asks.
    """
    with st.container(gap=None):
        answer = _mounted(
            data=({**scene, "height": height},),  # of a mapping's values Streamlit asks pandas
            key=key,
            on_wanted_change=_nothing,
            on_seen_change=_nothing,
        )
        if answer.seen:
            whole_film.note_seen(answer.seen)
        if answer.wanted:
            whole_film.send(answer.wanted, key=f"{key}-whole-film")


def _nothing() -> None:
    """What Streamlit wants for each message that a component may send."""
