"""Triage of chest radiographs into covid, normal or other infection."""

from covid_model.imaging.reader import Radiograph, read_radiograph

__all__ = ["Radiograph", "__version__", "read_radiograph"]
__version__ = "0.1.0"
