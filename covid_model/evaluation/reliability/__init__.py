"""Reliability of answers: calibration, thresholds and prediction sets, each with its fit."""
