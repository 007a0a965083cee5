"""Memory of the server: collected, kept together, given back to the system."""

import ctypes
import gc
import os

import covid_model.common.system.threads.blas  # noqa: F401

# Numbers of glibc's malloc.h, each with our value: the parts that threads allocate from; from how
# many bytes on an array has pages of its own, which go back to the system once it is freed.
_M_ARENA_MAX, _ARENAS = -8, 2
_M_MMAP_THRESHOLD, _OWN_PAGES = -3, 2**17


def keep_together() -> None:
    """Have all threads allocate from few parts of memory and return arrays, where glibc does it.

    Each page runs in a thread of its own, and glibc's own bound of eight parts a core leaves so
    many half empty. Its bound for pages of their own rises with each array that is freed, unless
    it is set. Words of a table would lie in a pool of Arrow's own, which keeps what was freed
    as it was; Arrow reads the variable when the first table is made.
    """
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"
    choose = getattr(ctypes.CDLL(None), "mallopt", None)
    if choose is not None:
        choose(_M_ARENA_MAX, _ARENAS)
        choose(_M_MMAP_THRESHOLD, _OWN_PAGES)


def collect() -> None:
    """Collect all garbage, then leave what stays, modules above all, out of later collections.

    Python's own collections then go through what pages made since, which takes so little time
    that Streamlit's, of everything after every run of a page, is switched off.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def give_back() -> None:
    """Hand freed memory to the system, where the C library is glibc."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
