"""The pages in Portuguese, in a real browser: by the browser's language or by the switch."""

import pytest

pytestmark = pytest.mark.browser
SECONDS = 60_000  # milliseconds


def settle(page) -> None:
    """Wait until the page's script has run."""
    from playwright.sync_api import expect

    script = page.locator("[data-test-script-state=notRunning]")
    expect(script).to_be_visible(timeout=SECONDS)


def test_the_switch_holds_on_every_page(served, tiny_run_root, tmp_path):
    from playwright.sync_api import expect

    with served.dashboard(tiny_run_root, tmp_path) as url, served.chromium() as browser:
        page = browser.new_page(locale="en-US")
        page.set_default_timeout(SECONDS)
        served.enter(page, url)
        expect(page.get_by_text("not for diagnosis")).to_be_visible(timeout=SECONDS)
        expect(page.locator("html")).to_have_attribute("lang", "en", timeout=SECONDS)
        settle(page)
        page.get_by_role("radio", name="Português (Brasil)").click()
        said = page.get_by_text("não use para diagnóstico")
        expect(said).to_be_visible(timeout=SECONDS)
        expect(page.locator("html")).to_have_attribute("lang", "pt-BR", timeout=SECONDS)
        for link in ("Comparar", "Relatórios", "Atalhos", "Erros", "Sobre", "Classificar"):
            settle(page)
            page.get_by_role("link", name=link).click()
            expect(page).to_have_title("Triagem de radiografias de tórax", timeout=SECONDS)
            expect(said).to_be_visible(timeout=SECONDS)
        page.close()
        page = browser.new_page(locale="pt-BR")
        served.enter(page, url)
        expect(page.get_by_text("não use para diagnóstico")).to_be_visible(timeout=SECONDS)
