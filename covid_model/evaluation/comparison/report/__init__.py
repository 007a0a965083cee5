"""Readable report of an evaluation, and the folder that it lies in."""
