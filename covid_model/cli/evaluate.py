"""The command evaluate: judge a run's networks on radiographs of one's own."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from covid_model.cli.parts.mix import parse_mix
from covid_model.cli.parts.networks import load_classifiers, load_together
from covid_model.common.disclaimer import NOTICE
from covid_model.common.system import logs
from covid_model.common.system.digests import sha256
from covid_model.evaluation.comparison.asking import AUDITED
from covid_model.runs import (
    load_run,
    new_run,
    open_shelf,
    refuse_existing,
    refuse_unwritable,
)

if TYPE_CHECKING:
    from covid_model.data.hospital.reading import Hospital
    from covid_model.data.hospital.readings import Readings
    from covid_model.evaluation.comparison.asking.evaluation import Request

EXIT_CODES = (
    "Exit code: 0 the folder is written; 1 it is, but no profile could be fitted, as too many "
    "files were refused; 2 wrong use, data that cannot be judged, or an output that cannot be "
    "written; 70 a fault of this program; 130 stopped by Ctrl-C, 143 by SIGTERM: then nothing is "
    "left."
)


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command with its options."""
    command = commands.add_parser(
        "evaluate",
        help="judge the networks on radiographs of one's own, beside the run's own figures",
        description="Ask a run's networks about radiographs whose truth is known, and write their "
        f"figures beside those of the run. No network is changed. {NOTICE}",
        epilog=EXIT_CODES,
    )
    command.set_defaults(run_command=run)
    logs.add_options(command, default="warning")
    add = command.add_argument
    add("--data", type=Path, required=True, metavar="DIR", help="folder of radiographs, with a "
        "table of file and truth or a folder a class")  # fmt: skip
    add("--out", type=Path, required=True, metavar="DIR", help="folder to make")
    add("--run", type=Path, metavar="DIR", help="run folder (default: the shipped one)")
    add("--table", type=Path, metavar="FILE", help="table (default: the one in the folder)")
    add("--file-column", default="", metavar="NAME", help="column with the files")
    add("--label-column", default="", metavar="NAME", help="column with the truth")
    add("--patient-column", default="", metavar="NAME", help="column with the patients")
    add("--labels", type=Path, metavar="FILE", help="table of word and class, for other words")
    add("--prevalence", metavar="CLASS=SHARE,...", help="mix of classes for PPV and NPV and for "
        "--adjust (default: as the images come)")  # fmt: skip
    add("--adjust", nargs="?", const="labels", choices=["labels", "prior"], help="write a profile: "
        "fitted on labelled images, or on the mix of classes alone (prior)")  # fmt: skip
    add("--readings", type=Path, metavar="FILE", help="log of 'Read first', held to the truth")
    add("--audit", type=int, default=AUDITED, metavar="N", help="images to show with the lungs "
        f"hidden too, 0 for none (default: {AUDITED})")  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Write the folder of an evaluation, whole or not at all; return 1 where it has no profile."""
    from tqdm import tqdm

    from covid_model.evaluation.comparison.asking.evaluation import Evaluation
    from covid_model.evaluation.comparison.report.folder import write_files
    from covid_model.evaluation.comparison.report.text import REPORT

    refuse_existing(arguments.out)
    refuse_unwritable(arguments.out)
    request, hospital = _request(arguments), _read(arguments)
    served = load_run(arguments.run) if arguments.run else open_shelf().default
    classifiers = load_classifiers(served, "all")
    networks = classifiers, load_together(served, classifiers)
    evaluation = Evaluation(served, networks, hospital, request)
    evaluation.check()
    if arguments.readings:
        from covid_model.data.hospital.readings import read_readings

        evaluation.readings = read_readings(arguments.readings, hospital.frame)
    images = len(hospital.frame)
    for _ in tqdm(evaluation.steps(), "Asking the networks", images, unit="image"):
        pass
    with new_run(arguments.out) as folder:
        files, failure = evaluation.files()
        write_files(folder, files)
    _say(arguments.out / REPORT, hospital, evaluation.readings)
    if failure:
        print(f"error: No profile was written. {failure}", file=sys.stderr)
    return int(bool(failure))


def _request(arguments: argparse.Namespace) -> "Request":
    from covid_model.data.csv_file import bytes_of
    from covid_model.evaluation.comparison.asking.evaluation import Request

    return Request(
        name=arguments.out.resolve().name,
        adjust=arguments.adjust,
        mix=parse_mix(arguments.prevalence) if arguments.prevalence else None,
        audit=arguments.audit,
        labels=sha256(bytes_of(arguments.labels)) if arguments.labels else None,
    )


def _read(arguments: argparse.Namespace) -> "Hospital":
    from covid_model.data.hospital.labels import read_labels
    from covid_model.data.hospital.reading import read_hospital
    from covid_model.data.hospital.table import Naming

    naming = Naming(
        arguments.table, arguments.file_column, arguments.label_column, arguments.patient_column
    )
    return read_hospital(
        arguments.data,
        naming,
        meanings=read_labels(arguments.labels) if arguments.labels else None,
        unlabelled=arguments.adjust == "prior",
    )


def _say(report: Path, hospital: "Hospital", readings: "Readings | None") -> None:
    counts = hospital.files["status"].value_counts()
    said = ", ".join(f"{n} {status}" for status, n in counts.items())
    print(f"Files: {len(hospital.files)} ({said}). {NOTICE}", file=sys.stderr)
    if readings is not None and readings.unmatched + readings.not_blind:
        print(
            f"Readings that do not count: {readings.unmatched} without a truth, "
            f"{readings.not_blind} not blind.",
            file=sys.stderr,
        )
    print(f"Read {report}.")
