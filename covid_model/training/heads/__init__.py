"""Heads fitted on frozen features."""
