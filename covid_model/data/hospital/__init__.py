"""Radiographs of a hospital with the truth of each, read to judge networks by."""
