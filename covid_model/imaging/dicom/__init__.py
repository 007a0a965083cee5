"""DICOM files: reading, checks, view position, windows, metadata."""
