"""Stored figures computed again from the tables beside them."""
