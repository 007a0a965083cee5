"""The line in which visitors wait until their files are decoded and the networks asked."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from streamlit import runtime
from streamlit.runtime.scriptrunner import StopException, get_script_run_ctx

from covid_model.common.system.threads.turns import Turns, usable_cores

CORES = min(usable_cores(), 4)  # of one pass of a network: on more it is hardly quicker
AFTER_ANSWERS = 10.0  # seconds for which others' answers come before what follows on one's own
LINE = Turns(places=CORES)  # of all visitors: one file is decoded while another has the network


@contextmanager
def turn(waiting: Callable[[int], None] | None = None, *, delay: float = 0.0) -> Iterator[None]:
    """Wait for a turn in ``LINE``, for as long as the visitor is there.

    Args:
        waiting: tells the visitor how many come before, 0 when the turn has come.
        delay: seconds for which all who ask later come before.
    """

    def wait(before: int) -> None:
        _stop_without_browser()
        if waiting is not None:
            waiting(before)

    with LINE.turn(wait, delay=delay):
        yield


def _stop_without_browser() -> None:
    """End the page of a visitor who left; a browser that comes back has it run again."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None or not runtime.exists():
        return
    if not runtime.get_instance().is_active_session(context.session_id):
        raise StopException
