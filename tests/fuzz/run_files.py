"""A run folder, of which one file is mutated at a time."""

import io
import json
import shutil
from pathlib import Path

import numpy as np

from covid_model.common.system.digests import sha256
from covid_model.data.run_split import split_table
from covid_model.evaluation.tables import read_table
from covid_model.evaluation.verification.lateral import TABLE, read_laterals_table
from covid_model.runs import LEFT_OUT_FILE, Run, load_run, open_shelf
from covid_model.serving import Classifier, Together
from tests.fuzz import mutations

LISTINGS = ("model.json", "run.json")


class RunFolder:
    """A copy of a run; ``case`` mutates a file of it, ``read`` opens the run with that file.

    Attributes:
        files: paths of its files relative to it, but for the model card, which nothing reads.
    """

    def __init__(self, original: Path, folder: Path) -> None:
        """Copy ``original`` into ``folder``, which holds nothing yet."""
        self.folder = folder / original.name
        shutil.copytree(original, self.folder)
        self._listings = {path: path.read_bytes() for path in self.folder.rglob("*.json")}
        self.files = [
            path.relative_to(self.folder)
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and path.suffix != ".md"
        ]

    def case(self, rng: np.random.Generator) -> tuple[Path, bytes, bool]:
        """Draw a file, its mutated bytes, and whether the digest is put right.

        A wrong digest alone would hide the readers behind it.
        """
        file = self.files[rng.integers(len(self.files))]
        data = (self.folder / file).read_bytes()
        if file.suffix == ".json" and rng.random() < 0.7:
            return file, mutations.of_json(rng, data), True
        if file.suffix == ".npz" and rng.random() < 0.5:
            return file, _mutated_arrays(rng, data), True
        # Weights that differ from their digest never reach their reader: see Classifier.load.
        return file, mutations.of_bytes(rng, data), file.suffix != ".tflite"

    def read(self, case: tuple[Path, bytes, bool]) -> None:
        """Write the mutated file, open the run as pages and commands do, put the file back."""
        file, data, right = case
        path = self.folder / file
        before = path.read_bytes()
        listing = path.with_name("run.json" if path.parent == self.folder else "model.json")
        try:
            path.write_bytes(data)
            if right and file.name not in LISTINGS and listing in self._listings:
                listed = json.loads(self._listings[listing])
                listed.setdefault("sha256", {})[file.name] = sha256(data)
                listing.write_text(json.dumps(listed))
            open_shelf(self.folder.parent)  # raises nothing, whatever lies there
            _open(load_run(self.folder), file)
        finally:
            path.write_bytes(before)
            if listing in self._listings:
                listing.write_bytes(self._listings[listing])


def _open(run: Run, file: Path) -> None:
    """Read what a mutated file stands in."""
    run.comparison()
    Together.load(run)
    if file.name == "split.csv":
        split_table(run)
    if len(file.parts) < 2:
        return
    name, folder = file.parts[0], run.folder / file.parts[0]
    if name not in run.reported:
        return
    run.report(name)
    run.audit(name)
    if file.suffix == ".csv":
        run.table(name, file.name)
        if file.name in ("predictions.csv", "validation.csv", LEFT_OUT_FILE):
            read_table(folder / file.name)
        if file.name == TABLE:
            read_laterals_table(folder / TABLE)
    elif name in run.servable_models:
        Classifier.load(folder, threads=1)


def _mutated_arrays(rng: np.random.Generator, data: bytes) -> bytes:
    """Drop an array, or give one another type, shape or values."""
    with np.load(io.BytesIO(data)) as stored:
        arrays = dict(stored)
    name = sorted(arrays)[rng.integers(len(arrays))]
    array = arrays.pop(name)
    changed = (
        None,
        array[..., None],
        array.ravel()[: array.size // 2],
        np.full_like(array, np.nan if array.dtype.kind == "f" else -1),
        array * np.array(1e30).astype(array.dtype),
        array.astype(np.float64),
        array.astype(str),
        np.zeros((0, *array.shape[1:]), array.dtype),
        np.array([None, {}], object),
    )[rng.integers(9)]
    stream = io.BytesIO()
    np.savez(stream, **arrays, **({} if changed is None else {name: changed}))
    return stream.getvalue()
