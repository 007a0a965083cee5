"""The command line: python -m covid_model classify PATH..."""

import argparse
import csv
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from covid_model.errors import CovidModelError, UsageError
from covid_model.notice import NOTICE
from covid_model.runs import ARCHITECTURES, Run, load_run, open_shelf

if TYPE_CHECKING:
    from covid_model.serving import Classifier, Diagnosis

CAM_SIDE = 1024
CSV_NOTE = """{notice}

{csv} was written with run {run}, models {models}.
p_covid, p_normal and p_infection are scores in [0, 1], not probabilities of disease.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; return 0 when every file has a row, 2 on wrong use."""
    arguments = _parser().parse_args(argv)
    try:
        return arguments.command(arguments)
    except CovidModelError as error:
        message = str(error)
    except OSError as error:  # bad input has a row of its own: this is the output
        message = f"{error.filename or 'The table'} cannot be written ({error.strerror})."
    print(f"error: {message}", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m covid_model", description=NOTICE)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser(
        "classify",
        help="classify radiographs in files, folders and zip archives",
        description=f"Classify PNG, JPEG or DICOM chest radiographs. {NOTICE}",
    )
    command.set_defaults(command=classify)
    command.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="file, folder or zip")
    command.add_argument(
        "--run", type=Path, metavar="DIR", help="run folder (default: newest that can predict)"
    )
    command.add_argument(
        "--model", choices=[*ARCHITECTURES, "all"], default="all", help="network (default: all)"
    )
    command.add_argument("--csv", type=Path, metavar="FILE", help="table (default: to stdout)")
    command.add_argument(
        "--cam-dir", type=Path, metavar="DIR", help="write each area of attention as PNG here"
    )
    _add_data(commands)
    return parser


def _add_data(commands) -> None:
    command = commands.add_parser(
        "data",
        help="download the two public data sets, then build a data folder for training",
        description="Download covid-chestxray-dataset with Kermany's chest X-rays (1.2 GB), or "
        "go on with a download that was cut short; then build a folder for train_models.py.",
    )
    command.set_defaults(command=data)
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to make")
    command.add_argument("--only", choices=["covid", "kermany"], help="one source instead of both")
    for name in ("covid", "kermany"):
        command.add_argument(
            f"--{name}-url",
            metavar="URL",
            help="zip to take instead of the source's own; a file will do, and so will #sha256=...",
        )


def data(arguments: argparse.Namespace) -> int:
    """Download, build, then say what was kept, what was dropped and why."""
    try:
        from covid_model.training import archive
    except ModuleNotFoundError as error:
        raise UsageError(
            f"Building data needs {error.name}: install it with pip install -r requirements.txt."
        ) from None

    urls = {"covid": arguments.covid_url, "kermany": arguments.kermany_url}
    if arguments.only:
        urls = {arguments.only: urls[arguments.only]}
    try:
        built = archive.build(arguments.out, urls)
    except KeyboardInterrupt:
        print("stopped: run the same command again to go on.", file=sys.stderr)
        return 130
    print(archive.summary(built))
    print(f"Next: python train_models.py --data {arguments.out}")
    return 0


def classify(arguments: argparse.Namespace) -> int:
    """Write one row a file with each model, in order, each as soon as it is known."""
    from tqdm import tqdm

    from covid_model.serving import batch

    statuses: Counter[str] = Counter()
    with batch.open_sources(arguments.paths) as sources:
        run = load_run(arguments.run) if arguments.run else open_shelf().newest
        classifiers = _load_classifiers(run, arguments.model)
        if arguments.cam_dir:
            arguments.cam_dir.mkdir(parents=True, exist_ok=True)
        with _table(arguments.csv) as stream:
            if arguments.csv:
                _write_note(arguments.csv, run, classifiers)
            writer = csv.DictWriter(stream, batch.COLUMNS, lineterminator="\n")
            writer.writeheader()
            # None: a bar only on a terminal; never where it would run through the table.
            bar = tqdm(sources, unit="file", disable=None if arguments.csv else True)
            for number, source in enumerate(bar, 1):
                diagnosis = batch.classify(source, classifiers)
                statuses[diagnosis.status] += 1
                writer.writerows(batch.rows(diagnosis))
                stream.flush()
                if arguments.cam_dir:
                    _write_overlays(diagnosis, number, arguments.cam_dir)
    counts = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    print(f"Files: {statuses.total()} ({counts}). {NOTICE}", file=sys.stderr)
    return 0


def _load_classifiers(run: Run, model: str) -> "list[Classifier]":
    from covid_model.serving import Classifier

    names = (run.servable_models or run.models) if model == "all" else (model,)
    return [Classifier.load(run.model_folder(name)) for name in names]


@contextmanager
def _table(path: Path | None) -> Iterator[TextIO]:
    if path is None:
        yield sys.stdout
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as stream:
        yield stream


def _write_note(path: Path, run: Run, classifiers: "Sequence[Classifier]") -> None:
    """Put the notice beside the table: a line inside would break its fixed columns."""
    models = ", ".join(classifier.info.title for classifier in classifiers)
    note = CSV_NOTE.format(notice=NOTICE, csv=path.name, run=run.name, models=models)
    path.with_name(f"{path.name}.notice.txt").write_text(note, "utf-8")


def _write_overlays(diagnosis: "Diagnosis", number: int, folder: Path) -> None:
    """Write one PNG a model, of the predicted class; ``number`` counts the files of the table."""
    from covid_model.overlay import overlay, to_png, with_caption
    from covid_model.preprocessing import resize

    if diagnosis.radiograph is None:
        return
    pixels = diagnosis.radiograph.pixels
    scale = min(1, CAM_SIDE / max(pixels.shape))
    height, width = (max(1, round(side * scale)) for side in pixels.shape)
    pixels = resize(pixels, height=height, width=width)
    stem = re.sub(r"[^\w.-]+", "_", Path(diagnosis.name).name)[-80:]
    for prediction in diagnosis.predictions:
        shown = prediction.predicted
        title = f"{ARCHITECTURES.get(prediction.model, prediction.model)}: {shown}"
        caption = f"{title}, score {prediction.score:.2f}. {NOTICE}"
        picture = with_caption(overlay(pixels, prediction.heatmap(shown)), caption)
        text = {"Source": diagnosis.name, "Title": title}
        path = folder / f"{number:05d}-{stem}.{prediction.model}.png"
        path.write_bytes(to_png(picture, text=text))


if __name__ == "__main__":
    sys.exit(main())
