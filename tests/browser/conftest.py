"""What browser tests share."""

import os

import pytest


@pytest.fixture(scope="module")
def served():
    """The helpers of ``served.py``, or a skip where no browser is installed."""
    try:
        from playwright.sync_api import expect

        from tests.browser import served
    except ImportError:
        missing = "playwright is not installed"
    else:
        expect.set_options(timeout=served.PATIENCE)
        if served.find_chromium():
            return served
        missing = "no chromium on the PATH"
    if os.environ.get("CI") == "true":
        pytest.fail(f"{missing}, but CI=true promises one")
    pytest.skip(f"{missing}: no browser to test with")
