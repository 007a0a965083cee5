"""Mutations of bytes and of JSON, each drawn from a generator alone."""

import json
import struct
import zlib

import numpy as np

NUMBERS = (0, 1, 2, 7, 8, 127, 128, 255, 256, 32767, 32768, 65535, 2**31 - 1, 2**31, 2**32 - 1)
VALUES = (
    *(None, True, False, 0, -1, 1e308, float("nan"), float("inf"), 10**30, "", "x", "\0", "../x"),
    *([], {}, [1, [2, {"a": None}]], {"covid": "x"}, ["covid"] * 3),
)
HEAD = 1024  # bytes in which most of a format's structure lies


def of_bytes(rng: np.random.Generator, data: bytes, others: tuple[bytes, ...] = ()) -> bytes:
    """One to four mutations of bytes, one after the other.

    Args:
        rng: what draws them.
        data: the bytes.
        others: files of the same kind, of which parts may be laid in.
    """
    for _ in range(rng.integers(1, 5)):
        data = _once(rng, data, others)
    return data


def _once(rng: np.random.Generator, data: bytes, others: tuple[bytes, ...]) -> bytes:
    if not data:
        return rng.bytes(int(rng.integers(1, 64)))
    end = min(len(data), HEAD) if rng.random() < 0.6 else len(data)
    at = int(rng.integers(end))
    length = int(min(len(data) - at, 2 ** rng.integers(0, 10)))
    kind = rng.integers(8)
    if kind == 0:  # one bit
        return data[:at] + bytes([data[at] ^ 1 << rng.integers(8)]) + data[at + 1 :]
    if kind == 1:  # random bytes
        return data[:at] + rng.bytes(length) + data[at + length :]
    if kind == 2:  # a number that lies at a limit
        form = str(rng.choice(["<H", ">H", "<I", ">I"]))
        size = struct.calcsize(form)
        number = int(rng.choice(NUMBERS)) % 2 ** (8 * size)
        return data[:at] + struct.pack(form, number) + data[at + size :]
    if kind == 3:  # something missing
        return data[:at] + data[at + length :]
    if kind == 4:  # something twice
        return data[: at + length] + data[at:]
    if kind == 5:  # cut short
        return data[: int(rng.integers(len(data)))]
    if kind == 6:  # one byte many times
        return data[:at] + bytes([rng.choice([0, 32, 255])]) * length + data[at + length :]
    other = others[rng.integers(len(others))] if others else data
    return data[:at] + other[at : at + length] + data[at + length :]


def of_png(rng: np.random.Generator, data: bytes, others: tuple[bytes, ...]) -> bytes:
    """Mutate a PNG; of two, one has right checks again, as a decoder stops at a wrong one."""
    data = of_bytes(rng, data, others)
    if rng.random() < 0.5:
        return data
    out, at = bytearray(data), 8
    while at + 12 <= len(out):
        end = at + 8 + struct.unpack_from(">I", out, at)[0]
        if end + 4 > len(out):
            break
        struct.pack_into(">I", out, end, zlib.crc32(out[at + 4 : end]))
        at = end + 4
    return bytes(out)


def of_deflated(rng: np.random.Generator, data: bytes, others: tuple[bytes, ...]) -> bytes:
    """Mutate a deflated DICOM file; of two, one within what is deflated."""
    start = 144 + struct.unpack_from("<I", data, 140)[0]  # preamble, "DICM", (0002,0000): 12 bytes
    if rng.random() < 0.5:
        return of_bytes(rng, data, others)
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    inside = of_bytes(rng, zlib.decompress(data[start:], -zlib.MAX_WBITS))
    return data[:start] + packer.compress(inside) + packer.flush()


def of_json(rng: np.random.Generator, data: bytes) -> bytes:
    """Put another value, of whatever type, in place of one; or none."""
    root = [json.loads(data)]
    places: list[tuple[dict | list, object]] = []
    waiting: list[dict | list] = [root]
    while waiting:
        here = waiting.pop()
        keys = list(here) if isinstance(here, dict) else range(len(here))
        places += [(here, key) for key in keys]
        waiting += [here[key] for key in keys if isinstance(here[key], dict | list)]
    # The first ones stand nearest to the root: they are drawn as often as all others together.
    few = places[: max(1, min(len(places), 24))] if rng.random() < 0.5 else places
    here, key = few[rng.integers(len(few))]
    if isinstance(here, dict) and rng.random() < 0.3:
        del here[key]
    else:
        here[key] = VALUES[rng.integers(len(VALUES))]
    return json.dumps(root[0]).encode()
