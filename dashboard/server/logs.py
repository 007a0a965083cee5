"""The server's log: what Streamlit and uvicorn say goes where our own lines go."""

import logging
import os
import threading

from streamlit import logger as streamlit_logger

from covid_model.common.system import logs

log = logging.getLogger(__name__)


def configure() -> None:
    """Write everything that this process logs as ``covid_model.common.system.logs`` does.

    Level and format come from the environment, by default the level ``info`` as lines of text.

    Raises:
        UsageError: for another level or format.
    """
    logs.configure(
        os.environ.get(logs.LEVEL_VARIABLE, "info"), os.environ.get(logs.FORMAT_VARIABLE, "text")
    )
    # Streamlit gives each of its loggers, and uvicorn's, an output of their own, also later.
    streamlit_logger.setup_formatter = _hand_over
    for name, logger in list(logging.root.manager.loggerDict.items()):
        if isinstance(logger, logging.Logger) and name != "uvicorn.access":  # which is off
            _hand_over(logger)
    threading.excepthook = _log_stopped


def _log_stopped(stopped: threading.ExceptHookArgs) -> None:
    """Log what ended a thread, which Python would print with the exception's text."""
    log.error("A thread stopped.", exc_info=stopped.exc_value)


def _hand_over(logger: logging.Logger) -> None:
    """Let a logger write nothing itself and pass its records on."""
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
    logger.propagate = True
