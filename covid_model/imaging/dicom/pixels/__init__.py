"""Pixels of a DICOM file: how they are laid out, coded, and which of their bits count."""
