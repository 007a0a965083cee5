"""Imaging: from the bytes of a file to a radiograph and to a network's input."""
