"""The pages in Portuguese, in a real browser: by the switch, or by the browser's language."""

import pytest

from tests.stored_reports import write_evidence_run

pytestmark = pytest.mark.browser
SECONDS = 60_000  # milliseconds


def settle(page) -> None:
    """Wait until the page's script has run."""
    from playwright.sync_api import expect

    script = page.locator("[data-test-script-state=notRunning]")
    expect(script).to_be_visible(timeout=SECONDS)


def test_the_switch_holds_on_every_page(served, tmp_path):
    from playwright.sync_api import expect

    write_evidence_run(tmp_path / "runs" / "run", failed=("border_only",))
    with served.dashboard(tmp_path / "runs", tmp_path) as url, served.chromium() as browser:
        page = browser.new_page(locale="en-US")
        page.set_default_timeout(SECONDS)
        served.enter(page, f"{url}/errors")
        expect(page.locator("html")).to_have_attribute("lang", "en", timeout=SECONDS)
        truth = page.get_by_role("radiogroup", name="Truth")
        truth.get_by_role("radio", name="Other infection").click()
        settle(page)
        page.get_by_role("radio", name="Português").click()
        expect(page.locator("html")).to_have_attribute("lang", "pt-BR", timeout=SECONDS)
        kept = page.get_by_role("radiogroup", name="Verdade")
        expect(kept.get_by_role("radio", name="Outra infecção")).to_be_checked(timeout=SECONDS)
        for link in ("Comparar", "Sobre", "Classificar", "Erros", "Atalhos", "Relatórios"):
            settle(page)
            page.get_by_role("link", name=link).click()
            heading = page.get_by_role("heading", name=link, exact=True)
            expect(heading).to_be_visible(timeout=SECONDS)
            expect(page).to_have_title("Redes para radiografias de tórax", timeout=SECONDS)
            expect(page.get_by_text("não use para diagnóstico").first).to_be_visible()
            expect(page.get_by_test_id("stException")).to_have_count(0)
        table = page.get_by_role("table", name="VPP e VPN de cada classe a 10 %")
        expect(table).to_contain_text("47,1", timeout=SECONDS)
    assert "Traceback" not in (tmp_path / "server.log").read_text()


def test_a_browser_in_portuguese_gets_portuguese(served, tmp_path):
    from playwright.sync_api import expect

    with served.dashboard(tmp_path / "none", tmp_path) as url, served.chromium() as browser:
        page = browser.new_page(locale="pt-BR")
        served.enter(page, url)
        expect(page.get_by_text("não use para diagnóstico").first).to_be_visible(timeout=SECONDS)


def test_what_streamlit_says_follows_the_language_too(served, tiny_run_root, tmp_path):
    from playwright.sync_api import expect

    with served.dashboard(tiny_run_root, tmp_path) as url, served.chromium() as browser:
        page = browser.new_page(locale="pt-BR")
        served.enter(page, f"{url}/reports")
        page.get_by_role("button", name="Menu principal").click()
        expect(page.get_by_test_id("stMainMenuPopover")).to_contain_text("Imprimir")
        page.keyboard.press("Escape")
        page.get_by_role("link", name="Seu hospital").click()
        chooser = page.locator("[data-testid=stFileUploader]:not(.st-key-receiver *)").first
        expect(chooser).to_contain_text("Enviar")
        expect(chooser).to_contain_text("MB por arquivo • ZIP")
        page.get_by_role("radio", name="English").click()
        page.get_by_role("button", name="Main menu").click()
        expect(page.get_by_test_id("stMainMenuPopover")).to_contain_text("Print")


def test_the_list_of_pages_closes_on_a_phone_once_one_is_chosen(served, tiny_run_root, tmp_path):
    from playwright.sync_api import expect

    with served.dashboard(tiny_run_root, tmp_path) as url, served.chromium() as browser:
        page = browser.new_page(locale="pt-BR", viewport={"width": 400, "height": 800})
        served.enter(page, url)
        page.get_by_test_id("stExpandSidebarButton").click()
        drawer = page.get_by_test_id("stSidebar")
        expect(drawer).to_have_attribute("data-collapsed", "false")
        drawer.get_by_role("link", name="Sobre").click()
        expect(drawer).to_have_attribute("data-collapsed", "true")
        expect(page.get_by_role("heading", name="Sobre", exact=True)).to_be_visible()
        assert page.get_by_test_id("stMainMenuButton").bounding_box()["x"] < 400 - 24
