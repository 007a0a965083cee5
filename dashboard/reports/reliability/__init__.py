"""Reliability: calibration, coverage, novelty."""
