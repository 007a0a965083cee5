"""Drawings as a hospital would give them: a zip whose every name holds a patient's."""

import io
import json
import zipfile
from pathlib import Path

from covid_model.runs import load_run
from tests.computed_run import edit
from tests.drawings import drawn_rows, png, varied
from tests.tiny_tables import write_mean

MARK = "zyxwv"  # a patient's name that nothing else holds
IMAGES = 24
PLAIN = {name: name for name in ("covid", "normal", "infection")}
WORDS = {"covid": "COVID-19", "normal": "normal", "infection": "other"}


def calibrate(run: Path) -> None:
    """Have a trusted run decide by the mean of its networks, calibrated for even classes."""
    write_mean(run, threshold=0.5)
    for name in (*load_run(run).servable_models, "together"):
        edit(run / name / "model.json", lambda info: info.update(offsets=[0.0, 0.0, 0.0]))
    content = json.loads((run / "run.json").read_text())
    kept = {key: value for key, value in content.items() if "sha256" not in key}
    (run / "run.json").write_text(json.dumps(kept))  # without digests, as of an earlier version


def packed(*, words=WORDS, header="Image;Truth;Patient", images=IMAGES, wrong=0):
    """A zip of drawings with a table, whose names all hold ``MARK``; some truths may be wrong."""
    stream, lines = io.BytesIO(), [header]
    with zipfile.ZipFile(stream, "w") as archive:
        for row in drawn_rows("test", images).itertuples():
            name = f"{MARK}-{row.original}"
            archive.writestr(f"{MARK}/{name}", png(varied(row.label, row.seed + 5000)))
            label = "covid" if wrong and row.Index % wrong == 0 else row.label
            lines.append(f"{name};{words[label]};{MARK} {row.patient_id}")
        archive.writestr(f"{MARK}/table of {MARK}.csv", "\n".join(lines))
    return stream.getvalue()
