"""Radiographs that are one, people who are one."""
