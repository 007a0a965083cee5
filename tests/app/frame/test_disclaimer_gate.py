"""The notice before the first page."""

import pytest

from covid_model.common.disclaimer import NOTICE
from tests.app.conftest import words


def test_the_notice_comes_first_with_nothing_but_one_button(open_app, tiny_run_root):
    at = open_app(tiny_run_root, accept=False)
    assert not at.exception
    assert at.title[0].value == NOTICE.rstrip(".")
    assert "not a medical device" in words(at)
    assert "stay in the memory of the computer that runs this page" in words(at)
    assert [button.label for button in at.button] == ["I understand"]
    assert not at.file_uploader


def test_who_accepts_it_sees_the_page_and_is_not_asked_again(open_app, tiny_run_root):
    at = open_app(tiny_run_root, accept=False)
    at.button(key="accept").click().run()
    assert at.title[0].value == "Classify"
    assert NOTICE in at.caption[0].value
    at.switch_page("views/about.py").run()
    assert at.title[0].value == "About"


@pytest.mark.parametrize("page", ["views/about.py", "views/reports.py"])
def test_no_other_page_is_a_way_around_it(open_app, tiny_run_root, page):
    at = open_app(tiny_run_root, accept=False)
    at.switch_page(page).run()
    assert at.title[0].value == NOTICE.rstrip(".")
