#!/bin/sh
# Of two OpenVINO Cores that a thread made, the first to be dropped takes memory away in which the
# thread still handles its signals.
#
# The CPU plugin of a Core, loaded with the first compile_model, registers an alternate stack for signals
# (sigaltstack) for the thread that compiles, remembers the one that was registered before, and registers
# that again when the Core and its models are gone. With one Core all is as it was. Where a second Core
# compiles before the first is dropped, what the second remembers is the first's stack: dropped in the
# order in which they were made, the first unmaps its stack, and the second then registers that unmapped
# memory. A program that keeps one Core for each network and lets them go, as tests do, is left with it;
# Python's own handlers (Ctrl-C) run on that stack.
# One would have guessed that dropping every Core leaves a thread as it was, in whatever order.
#
# openvino 2026.4.1, numpy 2.4.6, on Python 3.11, Linux, x86-64. Seen in libopenvino_intel_cpu_plugin.so,
# the only one of its libraries that calls sigaltstack. A remedy: one Core for the life of the process.
# No signal is sent here: the stack is only asked for.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check openvino==2026.4.1 numpy==2.4.6
cat >"$folder/show.py" <<'PYTHON'
import ctypes
import gc
from importlib.metadata import version

import numpy as np
import openvino
from openvino import opset13


class Stack(ctypes.Structure):
    _fields_ = [
        ("address", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("size", ctypes.c_size_t),
    ]


def stack():
    """The registered stack of this thread: "none", "mapped" or "not mapped"."""
    found = Stack()
    assert ctypes.CDLL(None).sigaltstack(None, ctypes.byref(found)) == 0
    if not found.address:
        return "none"
    for line in open("/proc/self/maps"):
        start, end = (int(each, 16) for each in line.split()[0].split("-"))
        if start <= found.address and found.address + found.size <= end:
            return "mapped"
    return "not mapped"


def compiled():
    """A Core with a network of one operation that it has compiled for the processor."""
    core = openvino.Core()
    given = opset13.parameter([1, 4], np.float32)
    return core, core.compile_model(openvino.Model([opset13.relu(given)], [given], "net"), "CPU")


print("openvino", version("openvino"))
before = stack()
one = compiled()
del one
gc.collect()
after_one = stack()
first, second = compiled(), compiled()
del second
gc.collect()
del first
gc.collect()
last_first = stack()
first, second = compiled(), compiled()
del first
gc.collect()
del second
gc.collect()
first_first = stack()
print("the thread's signal stack at the start:", before)
print("after one Core:", after_one)
print("after two Cores, the last dropped first:", last_first)
print("after two Cores, the first dropped first:", first_first)
assert (before, after_one, last_first) == ("none", "none", "none"), "one Core leaves a stack"
assert first_first == "not mapped", "it is as it was"
PYTHON
"$folder/env/bin/python" "$folder/show.py"
