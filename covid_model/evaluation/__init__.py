"""Metrics of a report from tables of predictions, without a network."""
