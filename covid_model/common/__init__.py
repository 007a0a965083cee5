"""Shared by every package: classes, architectures, metrics, messages, errors and paths."""
