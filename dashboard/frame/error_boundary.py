"""Error boundary: an exception becomes a sentence on the page."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import streamlit as st

from covid_model.common.errors import CovidModelError
from covid_model.common.system import logs
from covid_model.runs.model_card.markdown import as_text
from dashboard.i18n.translate import t

LOGGER = logging.getLogger(__name__)


@contextmanager
def guarded() -> Iterator[None]:
    """Show an error of ours as its own sentence; log any other, say what to do about it."""
    try:
        yield
    except Exception as error:
        show(error)


def show(error: Exception) -> bool:
    """Show the exception that is being handled as ``guarded`` does.

    Returns:
        True, which tells Streamlit that nothing else need be shown.
    """
    if isinstance(error, CovidModelError):
        st.error(as_text(t(error.message)), title=t("This cannot be shown"))
        return True
    st.error(
        t(
            "Reload the page; where that does not help, remove the file that you added last. "
            "The log of the program that serves this page says where it happened, under {id}.",
            id=logs.failure(LOGGER, "A page broke off."),
        ),
        title=t("This page broke off, and your files are unharmed"),
    )
    return True


def fragment(
    function: Callable[..., None], *, run_every: float | None = None
) -> Callable[..., None]:
    """Make a part of a page that runs alone, with an error boundary of its own.

    Args:
        function: draws the part.
        run_every: seconds after which it draws itself again, None for never.
    """

    @wraps(function)
    def guarded_fragment(*args: Any, **values: Any) -> None:
        with guarded():
            function(*args, **values)

    return st.fragment(guarded_fragment, run_every=run_every)
