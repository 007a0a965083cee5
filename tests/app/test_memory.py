"""What the server keeps out of its memory until somebody needs it."""

import json
import os
import subprocess
import sys

from PIL import Image

from dashboard.session.intake import samples as session_samples
from tests.pages import APP

HEAVY = ("pandas", "pyarrow", "fpdf", "cryptography")
SCRIPT = """
import json, sys
from pathlib import Path
from streamlit.testing.v1 import AppTest
from dashboard.server.warm_up import make_first_page_ready, warm_up
from dashboard.session import state

make_first_page_ready()
warm_up()
at = AppTest.from_file(sys.argv[1], default_timeout=120)
at.session_state[state._ACCEPTED] = True
at.run()
name, file = "a.png", Path(sys.argv[2])
at.file_uploader[0].set_value([(name, file.read_bytes(), "")]).run()
answered = len(at.get("html"))
at.switch_page("views/compare.py").run()
compared = [html for html in at.get("html") if 'class="rows"' in html.proto.body]
loaded = [name for name in sys.argv[3:] if name in sys.modules]
print(json.dumps([answered > 0, len(compared), len(at.exception), loaded]))
"""


def test_pages_of_one_file_import_nothing_for_charts_many_files_or_downloads(
    tiny_run_root, drawn_radiograph, tmp_path
):
    file = tmp_path / "a.png"
    Image.fromarray((255 * drawn_radiograph).astype("uint8")).save(file)
    result = subprocess.run(
        [sys.executable, "-c", SCRIPT, APP, file, *HEAVY],
        env={**os.environ, "COVID_MODEL_RUNS": str(tiny_run_root)},
        capture_output=True,
        text=True,
        check=True,
    )
    answered, tables, exceptions, loaded = json.loads(result.stdout.splitlines()[-1])
    assert (answered, exceptions) == (True, 0)
    assert tables > 0, "no table was drawn: nothing is tested"
    assert loaded == []


def test_sessions_share_the_bytes_of_samples():
    first, second = session_samples.samples(), session_samples.samples()
    assert first
    assert all(first[title].data is second[title].data for title in first)
