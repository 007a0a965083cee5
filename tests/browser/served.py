"""A real server of the dashboard with a real Chromium, for browser tests or screenshots."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from covid_model.common.system.paths import DASHBOARD

PATIENCE = 120_000  # milliseconds that a busy machine may take to show what is expected
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str | None:
    """Return the path of an installed Chromium, None without one."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """Start Chromium without a window, with further arguments."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=[*ARGUMENTS, *arguments]
        )
        yield browser
        browser.close()


@contextmanager
def dashboard(
    runs: Path,
    folder: Path,
    *,
    under: Sequence[str] = (),
    options: Sequence[str] = (),
    port: int = 0,
    app: Path = DASHBOARD,
    python: str = sys.executable,
) -> Iterator[str]:
    """Serve the dashboard on ``runs`` from the working folder ``folder``; yield its address.

    What the server says goes to ``server.log`` in ``folder``, its process id to ``server.pid``.

    Args:
        runs: the folder of the runs.
        folder: to work in.
        under: command that starts the server, as one that traces it.
        options: of Streamlit.
        port: to serve at, a free one by default.
        app: script of the dashboard, as that of another version.
        python: what runs it, as another version may need other packages.
    """
    port = port or free_port()
    command = [
        *under,
        python,
        "-m",
        "streamlit",
        "run",
        str(app),
        "--server.headless=true",
    ]
    command += [f"--server.port={port}", "--server.fileWatcherType=none", *options]
    environment = {**os.environ, "COVID_MODEL_RUNS": str(runs)}
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
    (folder / "server.pid").write_text(str(server.pid))
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_healthy(server, url)
        yield url
    finally:
        server.terminate()
        try:
            server.wait(timeout=30)
        except subprocess.TimeoutExpired:  # it waits for a browser that is gone
            server.kill()
            server.wait()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def enter(page: Page, url: str) -> None:
    """Open an address, accept the notice where it is asked, wait until the page is drawn.

    It knows both by their keys, so that the language of the page does not matter.
    """
    page.set_default_timeout(PATIENCE)
    page.goto(url)
    accept = page.locator(".st-key-accept button")
    caption = page.locator(".st-key-notice")
    expect(accept.or_(caption)).to_be_visible(timeout=PATIENCE)
    if accept.is_visible():
        accept.click()
    expect(caption).to_be_visible(timeout=PATIENCE)
    expect(page.locator("[data-test-script-state=notRunning]")).to_be_visible(timeout=PATIENCE)


def wait_until_healthy(server: subprocess.Popen, url: str, *, seconds: float = 60) -> None:
    """Return once the server answers.

    Raises:
        RuntimeError: if it stops, or does not answer within ``seconds``.
    """
    deadline = time.monotonic() + seconds
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5) as answer:
                if answer.read() == b"ok":
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise RuntimeError(f"The dashboard did not start at {url}: read server.log.")


def wait_until(page, expression: str, argument=None, *, seconds: float = 30) -> None:
    """Return once an expression holds in a page, whose policy lets no page wait for it itself.

    Raises:
        AssertionError: if it does not within ``seconds``.
    """
    deadline = time.monotonic() + seconds
    while not page.evaluate(expression, argument):
        assert time.monotonic() < deadline, expression
        page.wait_for_timeout(50)
