"""Exports of a case: a PDF page, a zip bundle, a DICOM secondary capture."""

from dashboard.cases.exports.buttons import section

__all__ = ["section"]
