"""nginx by the shipped file, started in front of a server."""

import os
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

from tests.deployment.conftest import NAME, tool
from tests.imports import ROOT

SHIPPED = (ROOT / "deploy/nginx.conf").read_text("utf-8")
NAMED, PASSWORD = "ward", "made-up"
AROUND = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
{user}
events {{}}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/gone;
    proxy_temp_path {folder}/gone;
    fastcgi_temp_path {folder}/gone;
    uwsgi_temp_path {folder}/gone;
    scgi_temp_path {folder}/gone;
    include {folder}/site.conf;
}}
"""


def fill_in(folder, server, ports):
    """Write the shipped file with this machine's ports and folder in place of a ward's."""
    site = SHIPPED
    for there, here in (
        ("listen 443 ", f"listen 127.0.0.1:{ports[0]} "),
        ("listen 80;", f"listen 127.0.0.1:{ports[1]};"),
        ("http://127.0.0.1:8501", server),
        ("/etc/covid-xray/", f"{folder}/"),
    ):
        assert there in site
        site = site.replace(there, here)
    (folder / "site.conf").write_text(site)
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=user))


@contextmanager
def in_front_of(server, ports, folder) -> Iterator[SimpleNamespace]:
    """Start nginx in front of a server: yield its address, TLS context, ports, folder."""
    nginx, openssl = tool("nginx"), tool("openssl")
    made = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    made += ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    made += ["-keyout", folder / "key.pem", "-out", folder / "certificate.pem"]
    subprocess.run(made, check=True, capture_output=True)
    hashed = [openssl, "passwd", "-6", PASSWORD]
    password = subprocess.run(hashed, check=True, capture_output=True, text=True).stdout
    (folder / "passwords").write_text(f"{NAMED}:{password}")
    fill_in(folder, server, ports)
    process = subprocess.Popen([nginx, "-c", folder / "nginx.conf"], cwd=folder)
    try:
        wait_for(process, ports[0])
        (folder / "gone").rmdir()  # a body or an answer that is put on disk fails from here on
        context = ssl.create_default_context(cafile=folder / "certificate.pem")
        url = f"https://{NAME}:{ports[0]}"
        yield SimpleNamespace(url=url, tls=context, port=ports[0], plain=ports[1], folder=folder)
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_for(process, port):
    """Return once a process listens on a port."""
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"Nothing listens on port {port}.")
