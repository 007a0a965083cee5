"""A data folder of drawn radiographs, and a run of tiny networks that training wrote from it."""

import pandas as pd

from covid_model.data.dataset import read_dataset
from covid_model.data.selection import Selection
from covid_model.evaluation.comparison.models import write_comparison
from covid_model.training.audit.run import audit_run
from covid_model.training.export.run_info import write_run_info
from covid_model.training.job import Job
from tests.drawings import drawn_rows, png, varied

COUNTS = {"train": 204, "validation": 108, "test": 48}


def write_drawn_data(root):
    """Drawn radiographs with metadata.csv, whose patients' names say the part."""
    frame = pd.concat([drawn_rows(part, count) for part, count in COUNTS.items()])
    for row in frame.itertuples():
        (root / row.original).write_bytes(png(varied(row.label, row.seed)))
    frame.assign(path=frame["original"]).to_csv(root / "metadata.csv", index=False)
    return root


def drawn_split(folder):
    """The images of such a folder with the part of each."""
    data = read_dataset(folder)
    return data, data.frame["original"].str.split("-").str[0].rename("part")


def write_drawn_run(out, folder, networks, **job):
    """Write a run of fitted networks, by their names, as training writes it."""
    from covid_model.training.export.model_folder import write_model
    from covid_model.training.recipes.paper import PaperRecipe

    split, names = drawn_split(folder), list(networks)
    asked = Job(names, out, title="Drawn", notes=["Drawings."], **job)
    for name, fitted in networks.items():
        (out / name).mkdir(parents=True)
        write_model(out / name, fitted, split, asked)
    alike = audit_run(out, *split, names)
    write_comparison(out, names, map_agreement=alike)
    write_run_info(out, Selection(folder), asked, split, recipe=PaperRecipe())
    return out
