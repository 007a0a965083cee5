"""Work on many things at once, whose results come in order."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

WINDOW = 4  # results a worker that may wait for an earlier one: more would only take memory

Given = TypeVar("Given")
Result = TypeVar("Result")


@contextmanager
def in_order(
    function: Callable[[Given], Result], things: Sequence[Given], *, workers: int
) -> Iterator[Iterator[Result]]:
    """Call a function with each thing in threads; give the results in the things' order.

    What it raises comes in its place. When the block ends, what has not begun never does, and what
    has is waited for. One worker is the calling thread itself.

    Args:
        function: safe to call from several threads; it leaves the interpreter's lock for most of
            its time, or threads gain nothing.
        things: what to call it with.
        workers: how many at once, >= 1.
    """
    if workers == 1:
        yield map(function, things)
        return
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(workers, thread_name_prefix="worker") as pool:

        def results() -> Iterator[Result]:
            for thing in things:
                waiting.append(pool.submit(function, thing))
                if len(waiting) == WINDOW * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

        try:
            yield results()
        finally:
            for future in waiting:
                future.cancel()
