"""Login by OpenID Connect: a provider, nginx, the server and a browser, all of them real."""

import subprocess
import sys

import pytest

from tests.browser import served
from tests.browser.looking import give, verdict_of
from tests.deployment import nginx
from tests.deployment.conftest import NAME
from tests.deployment.visitor import visit
from tests.drawings import drawing, png

pytestmark = [pytest.mark.slow, pytest.mark.browser]
SECRETS = """
[auth]
redirect_uri = "{url}/oauth2callback"
cookie_secret = "made-up-made-up-made-up-made-up-"
client_id = "xray"
client_secret = "made-up"
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""
PERSON = "jane.doe@example.org"


@pytest.fixture(scope="module")
def provider(tmp_path_factory):
    """The address of a provider that lets in whoever says a name."""
    port = served.free_port()
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    with (tmp_path_factory.mktemp("provider") / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        nginx.wait_for(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=60)


@pytest.fixture(scope="module")
def site(provider, tiny_runs, tmp_path_factory):
    """The server itself, nginx in front of it, and the file with the server's log."""
    folder, ports = tmp_path_factory.mktemp("site"), (served.free_port(), served.free_port())
    secrets = folder / "secrets.toml"
    secrets.write_text(SECRETS.format(url=f"https://{NAME}:{ports[0]}", provider=provider))
    hosts = [f"--server.allowedHosts={name}" for name in ("localhost", "127.0.0.1", NAME)]
    options = [*hosts, f"--secrets.files={secrets}"]
    with (
        served.dashboard(tiny_runs / "servable", folder, options=options) as url,
        nginx.in_front_of(url, ports, tmp_path_factory.mktemp("nginx")) as proxy,
    ):
        yield url, proxy, folder / "server.log"


@pytest.fixture
def page(site):
    """A page of a browser that knows where the site's name leads, and the proxy's password."""
    from playwright.sync_api import expect

    expect.set_options(timeout=served.PATIENCE)
    with served.chromium(f"--host-resolver-rules=MAP {NAME} 127.0.0.1") as browser:
        password = {"username": nginx.NAMED, "password": nginx.PASSWORD}
        page = browser.new_page(ignore_https_errors=True, http_credentials=password)
        page.set_default_timeout(served.PATIENCE)
        yield page


def test_without_a_login_there_is_no_page_and_no_upload(site):
    with visit(site[0]) as visitor:
        assert [e.button.label for e in visitor.elements("button")] == ["Log in"]
        assert visitor.elements("file_uploader") == []
        assert visitor.upload("chest.png", png(drawing())) == 403


def test_a_person_logs_in_uploads_and_logs_out(site, page):
    from playwright.sync_api import expect

    _, proxy, log = site
    page.goto(f"{proxy.url}/reports")
    log_in(page, PERSON)
    served.enter(page, proxy.url)
    file = {"name": "chest.png", "mimeType": "image/png", "buffer": png(drawing())}
    give(page, [file])
    expect(verdict_of(page)).to_be_visible()
    page.evaluate("() => sessionStorage.setItem('radiograph-session', 'kept')")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("button", name="End session").click()  # the provider's own
    assert asked == []  # who stayed would still have the cookie
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    assert page.evaluate("() => sessionStorage.getItem('radiograph-session')") is None
    names = {cookie["name"] for cookie in page.context.cookies()}
    assert not [name for name in names if name.startswith("_streamlit_user")]
    page.goto(f"{proxy.url}/reports")
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    assert PERSON not in log.read_text() + (proxy.folder / "access.log").read_text()
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize("text", [None, "[auth]\nclient_id = made up\n"])
def test_a_server_whose_secrets_cannot_be_read_does_not_start(tmp_path, text):
    secrets = tmp_path / "secrets.toml"
    if text:
        secrets.write_text(text)
    options = [f"--secrets.files={secrets}"]
    starts = served.dashboard(tmp_path / "none", tmp_path, options=options)
    with pytest.raises(RuntimeError, match="did not start"), starts:
        pass
    said = (tmp_path / "server.log").read_text()
    assert f"{secrets} cannot be read as TOML, so nobody would have to log in" in said
    assert "made up" not in said


def log_in(page, person):
    """Log in as a person from wherever the page is, at the provider."""
    page.get_by_role("button", name="Log in").click()
    page.locator("input[name=sub]").fill(person)
    page.get_by_role("button", name="Authorize").click()
    page.locator(".st-key-accept button").wait_for()  # back, with the notice
