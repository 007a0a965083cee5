"""The command evaluate: judge a run's networks on radiographs of one's own."""

import argparse
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from covid_model.cli.parts.mix import parse_mix
from covid_model.cli.parts.networks import load_classifiers, load_together
from covid_model.common.disclaimer import NOTICE
from covid_model.common.errors import DataError
from covid_model.common.system import logs
from covid_model.common.system.version import __version__
from covid_model.runs import (
    LEFT_OUT_FILE,
    RUN_FILE,
    SCHEMA,
    Run,
    check_file,
    load_run,
    new_run,
    open_shelf,
    refuse_existing,
    refuse_unwritable,
    sha256_of,
)

if TYPE_CHECKING:
    from covid_model.cli.parts.asking import Asked, Networks
    from covid_model.data.hospital.reading import Hospital
    from covid_model.data.hospital.readings import Readings

AUDITED = 100  # images that are shown with the lungs hidden too
MOST_REASONS = 5


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command with its options."""
    command = commands.add_parser(
        "evaluate",
        help="judge the networks on radiographs of one's own, beside the run's own figures",
        description="Ask a run's networks about radiographs whose truth is known, and write their "
        f"figures beside those of the run. No network is changed. {NOTICE}",
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
    from covid_model.cli.parts.asking import ask, write_tables
    from covid_model.evaluation.comparison.hospital import FILES_TABLE, READINGS_TABLE
    from covid_model.evaluation.comparison.report.folder import write_figures
    from covid_model.evaluation.comparison.report.text import REPORT

    refuse_existing(arguments.out)
    refuse_unwritable(arguments.out)
    mix = parse_mix(arguments.prevalence) if arguments.prevalence else None
    hospital = _read(arguments)
    served = load_run(arguments.run) if arguments.run else open_shelf().default
    classifiers = load_classifiers(served, "all")
    networks = classifiers, load_together(served, classifiers)
    facts = {**_facts(arguments, served, networks), "mix": mix}
    readings = _checked(arguments, hospital, facts)
    asked = ask(hospital, networks, audit=arguments.audit)
    if not asked.rows:
        raise DataError(
            f"No file of {arguments.data} could be read as a frontal chest radiograph; the first "
            f"was refused: {next(iter(asked.refusals))}"
        )
    with new_run(arguments.out) as folder:
        together = networks[1]
        members = together.info.members if together else ()
        write_tables(folder, hospital, asked, members=members)
        hospital.files.to_csv(folder / FILES_TABLE, index=False)
        if readings is not None:
            readings.table.to_csv(folder / READINGS_TABLE, index=False)
        _copy_run(served, folder, list(facts["networks"]))
        data = _data(arguments, served, hospital, asked)
        failure = write_figures(folder, {**facts, "data": data})
    _say(arguments.out / REPORT, hospital, readings)
    if failure:
        print(f"error: No profile was written. {failure}", file=sys.stderr)
    return int(bool(failure))


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


def _facts(arguments: argparse.Namespace, served: Run, networks: "Networks") -> dict[str, Any]:
    """What the figures follow from beside the tables."""
    from covid_model.evaluation.comparison.hospital import KIND, network_facts

    classifiers, together = networks
    infos = [one.info for one in (*classifiers, together) if one]
    return {
        "schema": SCHEMA,
        "kind": KIND,
        "notice": NOTICE,
        "name": arguments.out.resolve().name,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": __version__,
        "run": {"name": served.name, "sha256": sha256_of(served.folder / RUN_FILE)},
        "adjust": arguments.adjust,
        "networks": {info.architecture: network_facts(served, info.architecture) for info in infos},
    }


def _checked(
    arguments: argparse.Namespace, hospital: "Hospital", facts: dict[str, Any]
) -> "Readings | None":
    """Refuse what would fail after the networks were asked; return the readings, if any."""
    from covid_model.data.hospital.readings import read_readings
    from covid_model.evaluation.comparison.local_fit import require_enough, require_for_mix
    from covid_model.evaluation.comparison.profile import LABELS, require_calibrated

    if arguments.adjust:
        require_calibrated(facts["networks"])
        enough = require_enough if arguments.adjust == LABELS else require_for_mix
        enough(hospital.frame)
    return read_readings(arguments.readings, hospital.frame) if arguments.readings else None


def _copy_run(served: Run, folder: Path, names: list[str]) -> None:
    """Copy the tables that the run is judged by, so that the folder verifies without it."""
    from covid_model.evaluation.comparison.hospital import PREDICTIONS, TEST_PART

    for name in names:
        for file, copy in ((PREDICTIONS, TEST_PART), (LEFT_OUT_FILE, LEFT_OUT_FILE)):
            source = served.model_folder(name) / file
            if source.is_file():
                check_file(source.parent, file, served.model_info(name))
                shutil.copyfile(source, folder / name / copy)


def _data(
    arguments: argparse.Namespace, served: Run, hospital: "Hospital", asked: "Asked"
) -> dict[str, Any]:
    """What became of the files."""
    from covid_model.data.hospital.training import named_in_training

    statuses = hospital.files["status"].value_counts()
    several = (hospital.files["status"] == "judged") & (hospital.files["reason"] != "")
    return {
        "table": hospital.table,
        "labels": sha256_of(arguments.labels) if arguments.labels else None,
        "files": {str(status): int(n) for status, n in statuses.items()},
        "several": int(several.sum()),
        "in_training": named_in_training(served.folder / "split.csv", hospital.frame),
        "refusals": [[reason, n] for reason, n in asked.refusals.most_common(MOST_REASONS)],
    }


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
