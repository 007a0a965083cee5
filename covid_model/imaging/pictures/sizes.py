"""Check of a picture's size before its pixels are decoded."""

from collections.abc import Callable

SizeCheck = Callable[[int, int], None]  # called with (height, width); raises to refuse
