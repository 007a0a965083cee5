"""A real PACS: Orthanc with its DICOMweb plugin, on this machine alone."""

import json
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.browser.served import free_port

USER, PASSWORD = "reader", "only-here"
PATIENCE = 60  # seconds
PLUGINS = Path("/usr/share/orthanc/plugins")


def available() -> bool:
    """Whether Orthanc with the plugin is installed."""
    return shutil.which("Orthanc") is not None and (PLUGINS / "libOrthancDicomWeb.so").exists()


@dataclass
class Orthanc:
    """A server that can be killed, restarted and emptied."""

    folder: Path
    port: int
    process: subprocess.Popen | None = None

    @property
    def root(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Of its DICOMweb service."""
        return f"{self.root}/dicom-web"

    def start(self, **options) -> None:
        """Start the server, with further options of its configuration."""
        configuration = {
            "Name": "Test",
            "StorageDirectory": str(self.folder / "storage"),
            "IndexDirectory": str(self.folder / "storage"),
            "Plugins": [str(PLUGINS / "libOrthancDicomWeb.so")],
            "DicomServerEnabled": False,
            "HttpPort": self.port,
            "AuthenticationEnabled": True,
            "RegisteredUsers": {USER: PASSWORD},
            "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
            **options,
        }
        file = self.folder / "orthanc.json"
        file.write_text(json.dumps(configuration))
        with (self.folder / "orthanc.log").open("a") as log:
            self.process = subprocess.Popen(["Orthanc", str(file)], stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                self.ask("GET", "/system")
                return
            except (urllib.error.URLError, ConnectionError) as error:
                last = error
                time.sleep(0.1)
        self.kill()
        raise TimeoutError(f"{last}\n{(self.folder / 'orthanc.log').read_text()}")

    def kill(self) -> None:
        """End it at once, as a loss of power would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def empty(self) -> None:
        """Forget everything that is stored; it must not run."""
        shutil.rmtree(self.folder / "storage", ignore_errors=True)

    def ask(self, method: str, path: str, data: bytes | None = None):
        """Make a request of Orthanc's own interface; return its JSON."""
        request = urllib.request.Request(f"{self.root}{path}", data=data, method=method)
        token = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        request.add_header("Authorization", f"Basic {token}")
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            text = answer.read()
        return json.loads(text) if text[:1] in (b"{", b"[") else text

    def add(self, data: bytes) -> dict:
        """Store a DICOM file."""
        return self.ask("POST", "/instances", data)

    def files(self) -> list[bytes]:
        """Every instance that it holds, as files."""
        return [
            self.ask("GET", f"/instances/{name}/file") for name in self.ask("GET", "/instances")
        ]


@contextmanager
def orthanc(folder: Path, **options) -> Iterator[Orthanc]:
    """Run a server; leaving kills it."""
    server = Orthanc(folder, free_port())
    server.start(**options)
    try:
        yield server
    finally:
        server.kill()
