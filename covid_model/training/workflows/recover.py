"""Write backbones read back from a run as weights files."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from covid_model.data.run_split import read_run_split
from covid_model.runs import Run, check_file, require_servable, write_json
from covid_model.training.networks.from_litert import IMAGES, recover


def run_recover(run: Run, folder: Path, models: Sequence[str], out: Path) -> list[Path]:
    """Write ``<name>.weights.h5`` with ``<name>.json`` for networks of a run.

    Args:
        run: a run with ``model.tflite``.
        folder: the radiographs that it was trained on, of whose training part at most ``IMAGES``
            settle batch normalisation.
        models: keys of ``architectures.ARCHITECTURES``.
        out: the folder to write.

    Returns:
        The weight files written.

    Raises:
        RunError: if the run is damaged or holds reports only.
        DataError: if the folder does not hold the radiographs of the run's split.
    """
    for name in models:
        require_servable(run.model_folder(name), run.model_info(name))
    data = read_run_split(run, folder).images("train")
    images = data.inputs(np.random.default_rng(0).permutation(len(data))[:IMAGES].tolist())
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for name in models:
        path, info = run.model_folder(name) / "model.tflite", run.model_info(name)
        check_file(path.parent, path.name, info)
        written.append(out / f"{name}.weights.h5")
        recover(name, path, images).model.save_weights(written[-1])
        origin = f"{info.backbone_origin}; read back from run {run.name} ({info.weights_format})"
        write_json(out / f"{name}.json", {"origin": origin, "model": info.sha256[path.name]})
    return written
