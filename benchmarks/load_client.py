"""Visitors of a load test: each with a marked picture of its own, and what came back to it."""

import base64
import re
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter

import cv2
import numpy as np
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from covid_model.common.system.paths import SAMPLES
from tests.deployment.visitor import visit

PICTURES = tuple(
    cv2.imread(str(SAMPLES / f"{name}.png"), cv2.IMREAD_GRAYSCALE)
    for name in ("covid", "infection", "normal")
)
BITS, SIDE = 12, 12  # squares of a mark, black for 0 and white for 1; pixels of a square's side
NAME = re.compile(rb"radiograph-(\d{4})\.png")
PICTURE = re.compile(rb"data:image/png;base64,([A-Za-z0-9+/=]+)")
PATIENCE = 600  # seconds that all together may take to come as far as the upload


@dataclass(frozen=True)
class Visit:
    """What one visitor saw.

    Attributes:
        opened: seconds from the address to the first page, the notice.
        accepted: seconds from the click on it to the page with the uploader.
        answered: seconds from the upload to the answer.
        drawn: seconds from the upload to the end of the page with the answer.
        own: the page names the visitor's file and no other, and shows its picture and no other.
    """

    opened: float
    accepted: float
    answered: float
    drawn: float
    own: bool


def visit_at_once(url: str, numbers: Sequence[int]) -> list[Visit]:
    """Have a visitor a number come at once; all upload at once, when the last one is ready."""
    ready = threading.Barrier(len(numbers), timeout=PATIENCE)
    with ThreadPoolExecutor(len(numbers)) as pool:
        return list(pool.map(lambda number: _visit(url, number, ready), numbers))


def _visit(url: str, number: int, ready: threading.Barrier) -> Visit:
    """Open, accept, upload, wait for the answer, leave.

    Raises:
        BrokenBarrierError: if another visitor did not come as far as the upload.
    """
    name, picture, times = f"radiograph-{number:04}.png", marked(number), [perf_counter()]
    try:
        with visit(url, accepted=False) as visitor:
            times.append(perf_counter())
            visitor.press("I understand")
            times.append(perf_counter())
            ready.wait()
            times.append(perf_counter())
            status = visitor.upload(name, picture)
            times += [visitor.times[answer_in(visitor.page)], visitor.times[-1]]
            page = b"".join(message.SerializeToString() for message in visitor.page)
    except BaseException:
        ready.abort()  # the others need not wait for this one
        raise
    start, opened, accepted, began, answered, drawn = times
    own = status == 204 and numbers_of(page) == {number}
    return Visit(opened - start, accepted - opened, answered - began, drawn - began, own)


def answer_in(page: Sequence[ForwardMsg]) -> int:
    """Where a page says what the network says of the file: its verdict, or else its end.

    Versions up to 0.2 have a metric in its place.
    """
    elements = (message.delta.new_element for message in page)
    said = (i for i, e in enumerate(elements) if e.HasField("metric") or e.heading.icon)
    return next(said, len(page) - 1)


def marked(number: int) -> bytes:
    """Draw a number as squares along the top of a sample, each number its own; return a PNG."""
    picture = PICTURES[number % len(PICTURES)].copy()
    for place in range(BITS):
        left = place * SIDE
        picture[:SIDE, left : left + SIDE] = 255 * (number >> place & 1)
    return cv2.imencode(".png", picture)[1].tobytes()


def numbers_of(page: bytes) -> set[int]:
    """Return the numbers that a page names and shows, -1 where it does not do both."""
    named = {int(found) for found in NAME.findall(page)}
    shown = {read_mark(base64.b64decode(found)) for found in PICTURE.findall(page)}
    return named | shown if named and shown else {-1}


def read_mark(png: bytes) -> int:
    """Read the number in a picture that may have been shrunk."""
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    scale = picture.shape[0] / 480  # all samples are so high
    row = int(scale * SIDE / 2)
    columns = [int(scale * (place + 0.5) * SIDE) for place in range(BITS)]
    return sum(int(picture[row, column] > 127) << place for place, column in enumerate(columns))
