"""Nodes of a Ray cluster on this machine, each of which can be killed whole (Linux)."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.imports import ROOT

QUICK = '{"health_check_period_ms": 500, "health_check_failure_threshold": 2}'
MEMORY = 100_000_000  # bytes of a node's object store
ALONE = ("--include-dashboard=false", f"--system-config={QUICK}")
PATIENCE = 120  # seconds


class Node:
    """A node, whose processes are all in one session."""

    def __init__(self, log: Path, environment: dict[str, str], *options: str) -> None:
        command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--block", *options]
        command += ["--node-ip-address=127.0.0.1", f"--object-store-memory={MEMORY}"]
        with log.open("w") as stream:
            self._process = subprocess.Popen(
                command, env=environment, stdout=stream, stderr=stream, start_new_session=True
            )
        until = time.monotonic() + PATIENCE
        while "runtime started" not in (words := log.read_text()):
            if self._process.poll() is not None or time.monotonic() > until:
                self.kill()
                raise RuntimeError(f"A node did not start: {words}")
            time.sleep(0.05)

    def workers(self) -> list[int]:
        """The processes that hold a copy of the networks."""
        return self._processes(b"ray::MapWorker")

    def kill(self) -> None:
        """End all of it at once."""
        while found := self._processes():
            for process in found:
                with suppress(OSError):
                    os.kill(process, signal.SIGKILL)
            self._process.wait(20)

    def _processes(self, begin: bytes = b"") -> list[int]:
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                session = int((path / "stat").read_text().rsplit(")")[-1].split()[3])
                command = (path / "cmdline").read_bytes()
                if session == self._process.pid and command.startswith(begin):
                    found.append(int(path.name))
        return found


@dataclass(frozen=True)
class Nodes:
    """A cluster.

    Attributes:
        address: for ``--ray``, with ``environment``.
        environment: of whoever connects.
        folder: with everything that Ray writes.
        nodes: the head first.
    """

    address: str
    environment: dict[str, str]
    folder: Path
    nodes: list[Node]


@contextmanager
def started(*cores: int) -> Iterator[Nodes]:
    """Start a node for each number of processor cores; none is left when the block ends."""
    environment = {
        **os.environ,
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
        "PYTHONPATH": str(ROOT),
    }
    # Sockets have short names, so that the folder of a test is too deep.
    with tempfile.TemporaryDirectory(prefix="ray") as name, ExitStack() as stack:
        with socket.create_server(("127.0.0.1", 0)) as free:
            address = f"127.0.0.1:{free.getsockname()[1]}"
        head = ("--head", f"--port={address.split(':')[1]}", f"--temp-dir={name}/r")
        nodes: list[Node] = []
        for number, each in enumerate(cores):
            options = (f"--address={address}",) if nodes else (*head, *ALONE)
            log = Path(name, f"{number}.log")
            nodes.append(Node(log, environment, f"--num-cpus={each}", *options))
            stack.callback(nodes[-1].kill)
        yield Nodes(address, environment, Path(name), nodes)
