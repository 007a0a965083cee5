"""The run folder that every recipe with networks to serve writes."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from covid_model.common.architectures import ARCHITECTURES
from covid_model.data.dataset import Dataset
from covid_model.data.selection import Selection
from covid_model.evaluation.comparison.models import write_comparison
from covid_model.runs import AUDIT_FILE, new_run
from covid_model.training.audit.run import audit_run
from covid_model.training.export.reuse import copy_network, networks_to_reuse, provenance_of
from covid_model.training.export.run_info import write_run_info
from covid_model.training.export.together import write_together
from covid_model.training.job import Job


def write_run(
    selection: Selection,
    job: Job,
    split: tuple[Dataset, pd.Series],
    write_one: Callable[[str, Path], Mapping[str, Any]],
    *,
    recipe: Any,
) -> dict[str, Mapping[str, Any]]:
    """Write each network, their audit, what compares them, their mean, run.json.

    Args:
        selection: which radiographs were asked for.
        job: what to fit, where to write it.
        split: the images that are used, the part of each.
        write_one: writes one network by its name to its folder, which exists; returns its report.
        recipe: a dataclass of ``recipes``.

    Returns:
        Each network's report by its name, in the order that a run is read back in; last the one
        of their mean, where they are calibrated.

    Raises:
        RunError: if the run exists, or one to keep networks of is split otherwise.
    """
    reused = networks_to_reuse(job.keep, split, job.models)
    test = split[0].frame["path"][(split[1] == "test").to_numpy()]
    models = [name for name in ARCHITECTURES if name in {*job.models, *reused}]
    reports: dict[str, Mapping[str, Any]] = {}
    with new_run(job.out) as folder:
        for name in models:
            if name in reused:
                reports[name] = copy_network(reused[name], name, folder, test)
                continue
            (folder / name).mkdir()
            reports[name] = write_one(name, folder / name)
        audited = [name for name in reused if (folder / name / AUDIT_FILE).is_file()]
        alike = audit_run(folder, *split, models, audited=audited)
        write_comparison(folder, models, map_agreement=alike)
        reports |= write_together(folder, models)
        provenance = provenance_of(reused)
        write_run_info(folder, selection, job, split, recipe=recipe, kept=provenance)
    return reports
