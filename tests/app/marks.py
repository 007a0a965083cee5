"""What a page shows that no catalogue was asked for."""

import json
import re
from collections.abc import Iterator

from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

OPEN, CLOSE = "⟦", "⟧"  # around whatever was said in the visitor's language
MARKED = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
WORD = re.compile(r"[^\W\d_]{2,}")
SHOWN = {  # fields of Streamlit's messages that people read, or hear read
    *("body", "label", "help", "title", "caption", "alt", "text", "placeholder", "options"),
    *("default", "value", "content", "details", "page_name", "page_title"),
}
OF_DATA = {  # the same in Plotly's figures and in the viewer's scenes
    *("text", "name", "title", "hovertemplate", "ticktext", "x", "y"),
    *("words", "alt", "caption", "pairs", "presets", "columns"),
}
HIDDEN = {"language", "template", "font", "kind", "key", "yanchor", "xanchor", "yref"}


class Marked(dict):
    """A catalogue that has every message, between marks."""

    def get(self, message: str, default: str = "") -> str:
        """Return the message between marks."""
        return f"{OPEN}{message}{CLOSE}" if message else default


def unsaid(at: AppTest, *names: str) -> list[tuple[str, str]]:
    """Return what a page shows of words that were not said in the visitor's language.

    Args:
        at: a page drawn under the catalogue ``Marked``.
        names: what no language changes, as regular expressions.
    """
    unmarked = []
    for place, text in visible_texts(at):
        left = text
        while MARKED.search(left):
            left = MARKED.sub("", left)
        for name in names:
            left = re.sub(name, "", left)
        if WORD.search(left):
            unmarked.append((place, text))
    return unmarked


def visible_texts(at: AppTest) -> Iterator[tuple[str, str]]:
    """Yield every text that the page shows with the kind of element that holds it."""
    for element in at:
        if element.type == "html":  # a style, a script
            continue
        if element.type in ("table", "dataframe"):
            frame = element.value
            cells = (*frame.columns, *frame.to_numpy().flat)
            yield from (("table", cell) for cell in cells if isinstance(cell, str))
        elif element.type == "plotly_chart":
            yield from _of_data(json.loads(element.proto.spec), "chart")
        elif element.type == "bidi_component" and element.proto.json:
            yield from _of_data(json.loads(element.proto.json), "viewer")
        if isinstance(getattr(element, "proto", None), Message):
            yield from _of_a_message(element.proto, element.type)


def _of_a_message(message: Message, place: str) -> Iterator[tuple[str, str]]:
    for field, value in message.ListFields():
        for part in value if field.is_repeated else [value]:
            if field.type == field.TYPE_MESSAGE:
                yield from _of_a_message(part, f"{place}.{field.name}")
            elif field.type == field.TYPE_STRING and field.name in SHOWN:
                yield f"{place}.{field.name}", part


def _of_data(part: object, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(part, dict):
        for key, value in part.items():
            if key not in HIDDEN:
                yield from _of_data(value, f"{place}.{key}")
    elif isinstance(part, list):
        for value in part:
            yield from _of_data(value, place)
    elif isinstance(part, str) and OF_DATA.intersection(place.split(".")):
        yield place, part
