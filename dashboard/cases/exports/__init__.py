"""What a visitor can take away of one case: a page as PDF, a bundle, a DICOM picture."""

from dashboard.cases.exports.buttons import section

__all__ = ["section"]
