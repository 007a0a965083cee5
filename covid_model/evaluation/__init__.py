"""From tables of predictions to the figures of a report, without a network."""
