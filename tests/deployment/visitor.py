"""A visitor without a browser, who uploads files and presses buttons over Streamlit's websocket."""

import http.client
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection

from dashboard.frame.disclaimer_gate import COOKIE
from tests.deployment import session

BOUNDARY = "a-line-between-parts"


class Visitor:
    """One session; ``page`` is what its last run sent."""

    def __init__(self, url: str, connection: ClientConnection, token: str) -> None:
        self.url, self.connection, self.token = url, connection, token
        self.uploads: list[tuple[str, FileURLs]] = []
        self.times: list[float] = []  # when each message of the last run came
        self.page = session.run_page(connection)
        self.id = session.session_id(self.page)

    def upload(self, name: str, data: bytes) -> int:
        """Send a file and, once it is taken, have the page run with it; return the status."""
        file = str(uuid.uuid4())
        head = f'Content-Disposition: form-data; name="file"; filename="{name}"'
        body = (
            f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode() + data + f"\r\n--{BOUNDARY}--\r\n".encode()
        )
        address = f"/_stcore/upload_file/{self.id}/{file}"
        headers = {
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
            "Cookie": f"_streamlit_xsrf={self.token}",
            "X-Xsrftoken": self.token,
        }
        status, _ = ask(self.url, "PUT", address, body, headers)
        if status == 204:
            urls = FileURLs(file_id=file, upload_url=address, delete_url=address)
            self.uploads.append((name, urls))
            self._run()
        return status

    def press(self, label: str) -> None:
        """Press the button of that label; the uploader goes on to name every file that it sent."""
        [button] = {e.button.id for e in self.elements("button") if e.button.label == label}
        self._run(button)

    def open(self, path: str) -> None:
        """Go to another page by its path, "" for the first one."""
        told = [m.navigation.app_pages for m in self.page if m.WhichOneof("type") == "navigation"]
        [page] = {p.page_script_hash for pages in told for p in pages if p.url_pathname == path}
        self._run(page=page)

    def address_of(self, label: str) -> str:
        """Press a download button; return the address at which its file waits."""
        [button] = [e for e in self.elements("download_button") if e.download_button.label == label]
        asked = BackMsg()
        request = asked.backend_operation_request
        request.request_id, request.session_id = "download", self.id
        request.deferred_file.file_id = button.download_button.deferred_file_id
        self.connection.send(asked.SerializeToString())
        while True:
            answer = ForwardMsg.FromString(self.connection.recv(timeout=session.PATIENCE))
            if answer.WhichOneof("type") == "backend_operation_response":
                return answer.backend_operation_response.deferred_file.url

    def elements(self, kind: str) -> list:
        """The elements of a kind that the last run sent."""
        deltas = [answer.delta for answer in self.page if answer.WhichOneof("type") == "delta"]
        return [d.new_element for d in deltas if d.new_element.WhichOneof("type") == kind]

    def _run(self, button: str = "", page: str = "") -> None:
        """Run the page with the state of its widgets, again while it asks for that itself."""
        asked = BackMsg()
        asked.rerun_script.page_script_hash = page
        states = asked.rerun_script.widget_states.widgets
        if button:
            states.add(id=button, trigger_value=True)
        for uploader in self.elements("file_uploader"):
            state = states.add(id=uploader.file_uploader.id).file_uploader_state_value
            for name, urls in self.uploads:
                state.uploaded_file_info.add(file_id=urls.file_id, name=name, file_urls=urls)
        self.connection.send(asked.SerializeToString())
        self.page, self.times = [], []
        while not self._drawn():
            received = self.connection.recv(timeout=session.PATIENCE)
            self.page.append(ForwardMsg.FromString(received))
            self.times.append(time.perf_counter())

    def _drawn(self) -> bool:
        """Whether a run began and ended since it was asked for."""
        kinds = [answer.WhichOneof("type") for answer in self.page]
        began = kinds.index("new_session") if "new_session" in kinds else len(kinds)
        ends = [a for a in self.page[began:] if a.WhichOneof("type") == "script_finished"]
        return any(a.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY for a in ends)


@contextmanager
def visit(url: str, *, accepted: bool = True) -> Iterator[Visitor]:
    """Open the dashboard's first page; leaving closes the connection.

    Args:
        url: of the server.
        accepted: the browser accepted the notice before; otherwise the first page is the notice.
    """
    cookie = ask(url, "GET", "/_stcore/health")[1]["Set-Cookie"]
    token = re.search(r"_streamlit_xsrf=([^;]+)", cookie)[1]
    cookies = f"_streamlit_xsrf={token}" + (f"; {COOKIE}=1" if accepted else "")
    with session.opened(url, cookies=cookies) as connection:
        yield Visitor(url, connection, token)


def ask(url, method, path, body=None, headers=None):
    """Make one request; return the status with the answer's headers."""
    server = urlsplit(url).netloc
    with closing(http.client.HTTPConnection(server, timeout=session.PATIENCE)) as connection:
        connection.request(method, path, body=body, headers=headers or {})
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers
