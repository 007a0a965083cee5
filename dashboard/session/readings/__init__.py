"""Readings that a visitor gives before the answer: the log, and its copies outside."""
