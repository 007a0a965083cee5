"""Composite radiographs: averages of several, aligned by their lungs, sharp as one film."""
