"""Translatable messages: a template with its values."""

from collections.abc import Sequence
from typing import Any


class Message(str):
    """English text made from a template.

    It is a plain ``str`` to whoever only shows it. Whoever translates it takes the template and
    the values apart again.

    Attributes:
        template: the text with ``{name}`` or ``{name:.2f}`` where values go.
        values: the values by name, which may be sentences themselves.
    """

    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, **values: Any) -> "Message":
        """Format a template; without values its braces stay as they are."""
        message = super().__new__(cls, template.format(**values) if values else template)
        message.template, message.values = template, values
        return message

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        """What makes it again, for pickle and copy."""
        return (self.template,), self.values


def join(parts: Sequence[str], between: str = " ") -> Message:
    """Put sentences, or words, one after the other; each keeps its template."""
    names = [f"part_{index}" for index in range(len(parts))]
    template = between.join(f"{{{name}}}" for name in names)
    return Message(template, **dict(zip(names, parts, strict=True)))


def in_words(words: Sequence[str]) -> Message:
    """List words as a sentence does: "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return join(words)
    return Message("{first} and {last}", first=join(words[:-1], ", "), last=words[-1])
