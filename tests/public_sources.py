"""Small archives of the public sources' shape, with drawn pictures, on a server of one's own."""

import io
import re
import threading
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
from PIL import Image

COVID_ROOT = "covid-chestxray-dataset-6a42"
COVID_COLUMNS = "patientid,sex,age,finding,view,modality,folder,filename,license"
COVID_ROWS = (
    "2,M,65,Pneumonia/Viral/COVID-19,PA,X-ray,images,a-1.jpeg,CC BY",
    "2,M,65,Pneumonia/Viral/COVID-19,AP Supine,X-ray,images,a-2.png,CC BY",
    "3,F,40,No Finding,PA,X-ray,images,b.jpeg,",
    "4,,,Pneumonia/Bacterial/Klebsiella,AP,X-ray,images,c.png,",
    "5,,,Pneumonia/Viral/COVID-19,L,X-ray,images,lateral.png,",
    "6,,,Pneumonia/Viral/COVID-19,Axial,CT,images,ct.png,",
    "7,,,todo,PA,X-ray,images,todo.png,",
    "8,,,Pneumonia/Viral/COVID-19,PA,X-ray,images,damaged.png,",
    "9,,,Pneumonia/Viral/COVID-19,PA,X-ray,images,gone.png,",
    "10,,,Pneumonia/Viral/COVID-19,PA,X-ray,images,../../escaped.png,",
)
KERMANY = "chest_xray"


def drawing(seed, side=96):
    """Soft blotches, no two seeds alike, as a grey Pillow image."""
    grid = np.random.default_rng(seed).integers(0, 256, (12, 12), np.uint8)
    return Image.fromarray(grid).resize((side, side), Image.Resampling.BICUBIC)


def encoded(image, kind="PNG"):
    stream = io.BytesIO()
    image.save(stream, kind)
    return stream.getvalue()


def zipped(members):
    """A zip, stored without compression, of ``{name: bytes}``."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def covid_members(rows=COVID_ROWS):
    table = "\n".join((COVID_COLUMNS, *rows)) + "\n"
    images = {
        "a-1.jpeg": encoded(drawing(1), "JPEG"),
        "a-2.png": encoded(drawing(2)),
        "b.jpeg": encoded(drawing(3), "JPEG"),
        "c.png": encoded(drawing(4)),
        "lateral.png": encoded(drawing(5)),
        "ct.png": encoded(drawing(6)),
        "todo.png": encoded(drawing(7)),
        "damaged.png": encoded(drawing(8))[:400],
        "unlisted.png": encoded(drawing(9)),
    }
    members = {f"{COVID_ROOT}/images/{name}": data for name, data in images.items()}
    return {f"{COVID_ROOT}/metadata.csv": table, **members}


def kermany_members():
    """Four patients, one of whom has the picture of covid patient 2, made smaller."""
    copy = drawing(1).resize((80, 80))
    return {
        f"{KERMANY}/.DS_Store": b"x",
        f"__MACOSX/{KERMANY}/train/NORMAL/._IM-0001-0001.jpeg": b"x",
        f"{KERMANY}/train/NORMAL/.DS_Store": b"x",
        f"{KERMANY}/train/NORMAL/IM-0001-0001.jpeg": encoded(drawing(20), "JPEG"),
        f"{KERMANY}/train/PNEUMONIA/person3_virus_15.jpeg": encoded(drawing(21), "JPEG"),
        f"{KERMANY}/test/NORMAL/NORMAL2-IM-0001-0001.jpeg": encoded(drawing(22), "JPEG"),
        f"{KERMANY}/test/PNEUMONIA/person5_bacteria_14.jpeg": encoded(copy, "JPEG"),
        f"{KERMANY}/test/PNEUMONIA/person5_bacteria_15.jpeg": encoded(drawing(23), "JPEG"),
    }


@dataclass
class Site:
    """What the server holds and does, with what it was asked.

    ``cuts`` are numbers of body bytes after which the next answers break off. ``statuses`` are
    what the next answers are instead of the file.
    """

    url: str = ""
    files: dict = field(default_factory=dict)
    etag: str = '"one"'
    ranges: bool = True
    cuts: list = field(default_factory=list)
    statuses: list = field(default_factory=list)
    asked: list = field(default_factory=list)  # (Range, If-Range) by request


@contextmanager
def serving(files):
    """Serve ``{path: bytes}`` on this machine; yields the ``Site``."""
    site = Site(files=files)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments):
            pass

        def do_GET(self):
            site.asked.append((self.headers.get("Range"), self.headers.get("If-Range")))
            answer(self, site)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    site.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def answer(handler, site):
    data = site.files.get(handler.path)
    status = site.statuses.pop(0) if site.statuses else 200 if data is not None else 404
    body = data if status == 200 else b""
    wanted = re.fullmatch(r"bytes=(\d+)-", handler.headers.get("Range", ""))
    same = handler.headers.get("If-Range") in (None, site.etag)
    headers = {"ETag": site.etag} if site.etag else {}
    if status == 200 and site.ranges and wanted and same:
        start = int(wanted[1])
        status, body = (206, data[start:]) if start < len(data) else (416, b"")
        span = f"{start}-{len(data) - 1}" if body else "*"
        headers["Content-Range"] = f"bytes {span}/{len(data)}"
    handler.send_response(status)
    for name, value in {**headers, "Content-Length": str(len(body))}.items():
        handler.send_header(name, value)
    handler.end_headers()
    cut = site.cuts.pop(0) if site.cuts and body else None
    handler.wfile.write(body[:cut])
    handler.close_connection = cut is not None
