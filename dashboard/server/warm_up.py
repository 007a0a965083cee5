"""What the first visitor would wait for, made ready: modules of the pages, the first network."""

import importlib
import pkgutil

from covid_model.common.errors import CovidModelError
from covid_model.runs import open_shelf

LATER = (  # what many files, a download or a report alone need, with pandas or fpdf2: 90 MB
    "dashboard.components.charts",
    "dashboard.cases.exports.case_bundle",
    "dashboard.cases.exports.pdf",
    "dashboard.cases.pacs.results",
)


def make_first_page_ready() -> None:
    """Import what Streamlit imports for any page, while the browser loads its scripts."""
    for module in ("numpy", "PIL.Image", "streamlit.emojis", "dashboard.frame.receiver"):
        importlib.import_module(module)


def warm_up() -> None:
    """Import what pages with a file need, then load the network that they start with.

    Without a run that predicts there is none; the page says why.
    """
    from dashboard import cases, components
    from dashboard.session import inference

    for package in (components, cases):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.startswith(LATER):
                importlib.import_module(module.name)
    importlib.import_module("covid_model.imaging.dicom.reader")
    try:
        run = open_shelf().default
        inference.load(run.model_folder(run.servable_models[0]))
    except CovidModelError:
        return
