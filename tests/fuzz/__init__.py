"""Seeded mutations of every file that the project reads, in processes with limits.

``python -m tests.fuzz --seed 1 --minutes 10`` tries new ones; ``test_fuzz.py`` some each time.
"""
