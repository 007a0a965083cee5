"""Shortcut audit and the tests of the maps."""
