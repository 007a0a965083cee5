"""Data sets: their rows, splits, leaks between parts."""
