"""Chest radiograph networks: covid, normal or other infection, for research and teaching."""

from covid_model.common.system.version import __version__
from covid_model.imaging.radiograph import Radiograph
from covid_model.imaging.reader import read_radiograph

__all__ = ["Radiograph", "__version__", "read_radiograph"]
