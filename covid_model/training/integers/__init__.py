"""Exported networks whose convolutions are computed in int8, and what they are accepted by."""
