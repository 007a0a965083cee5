"""Chest radiograph networks: covid, normal or other infection, for research and teaching."""

from typing import TYPE_CHECKING, Any

from covid_model.common.system.version import __version__

if TYPE_CHECKING:
    from covid_model.imaging.radiograph import Radiograph
    from covid_model.imaging.reader import read_radiograph

__all__ = ["Radiograph", "__version__", "read_radiograph"]


def __getattr__(name: str) -> Any:
    """Import what needs NumPy once it is asked for: the first page is there sooner without."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from covid_model.imaging import reader

    return getattr(reader, name)
