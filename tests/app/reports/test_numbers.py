"""One decimal mark a page: figures, tables and charts in the signs of its language."""

import json
import re

import pytest

from dashboard.components import formatting
from dashboard.i18n import translate
from dashboard.i18n.translate import FILES, speaking
from tests.app.conftest import go, markdown_of
from tests.stored_reports import write_evidence_run

ENGLISH = r"(?<![\w./-])\d+\.\d{1,2}(?!\d|\.\w)"  # 0.85, neither 1.200 nor a version


@pytest.mark.parametrize("page", ["reports", "shortcuts", "errors", "about"])
def test_a_page_in_portuguese_has_no_decimal_point(open_app, tmp_path, page):
    write_evidence_run(tmp_path / "run", failed=("lungs_hidden", "source_probe"))
    at = open_app(tmp_path)
    at.button_group(key=translate.KEY).set_value("pt_BR").run()
    at = go(at, page)
    assert not at.exception
    assert [words for words in markdown_of(at) if re.search(ENGLISH, words or "")] == []
    for chart in at.get("plotly_chart"):
        layout = json.loads(chart.proto.spec)["layout"]
        assert layout["separators"] == ",."
        texts = json.dumps([layout["title"], layout.get("annotations"), chart.proto.alt])
        assert not re.search(r"\d\.\d %|\d\.\d\\u00a0%", texts)


def test_a_number_of_images_has_the_signs_of_its_language_and_none_in_a_file():
    said = {}
    for language in ("en", "pt_BR", FILES):
        with speaking(language):
            said[language] = (formatting.count(12345), formatting.number(1234.5, 1))
    assert said == {
        "en": ("12,345", "1,234.5"),
        "pt_BR": ("12.345", "1.234,5"),
        FILES: ("12345", "1234.5"),
    }
