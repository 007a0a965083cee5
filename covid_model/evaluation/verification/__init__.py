"""Stored metrics computed again from the tables beside them."""
