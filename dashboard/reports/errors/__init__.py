"""Misclassified test images."""
