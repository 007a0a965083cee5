"""The command pacs: classify the chest radiographs of a PACS, and give the results back."""

import argparse
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from covid_model.common.disclaimer import NOTICE
from covid_model.common.errors import UsageError
from covid_model.common.system import logs
from covid_model.runs import Run, load_run, open_shelf, sha256_of

if TYPE_CHECKING:
    from covid_model.serving.pacs.connection import Pacs
    from covid_model.serving.pacs.films import Film
    from covid_model.serving.pacs.ledger import Ledger
    from covid_model.serving.pacs.rows import Rows
    from covid_model.serving.pacs.watch import Watch
    from covid_model.serving.pacs.worker import MakeResults, Networks

DAYS = 2  # looked back without a query
EVERY = 30.0  # seconds


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command with its options."""
    command = commands.add_parser(
        "pacs",
        help="classify the chest radiographs of a PACS over DICOMweb",
        description=(
            "Find chest radiographs (CR, DX) in a PACS over DICOMweb, classify them and, with "
            "--store alone, give the results back into the same study as new series: a structured "
            f"report, a picture with the areas of attention, a PDF. {NOTICE}"
        ),
        epilog=(
            "Secrets come from the environment: COVID_XRAY_PACS_USER and COVID_XRAY_PACS_PASSWORD, "
            "or COVID_XRAY_PACS_TOKEN. COVID_XRAY_PACS_CA names the file of a certificate "
            "authority of your own, COVID_XRAY_PACS_TIMEOUT how many seconds the PACS may be "
            "silent."
        ),
    )
    command.set_defaults(run_command=run)
    logs.add_options(command, default="warning")
    command.add_argument(
        "--url", help="of the DICOMweb service (default: COVID_XRAY_PACS_URL), without a password"
    )
    command.add_argument(
        "--query",
        action="append",
        default=[],
        metavar="KEYWORD=VALUE",
        help="which studies, as in StudyDate=20260101-20260131 or PatientID=123; may be repeated "
        f"(default: those of today and the {DAYS - 1} day before)",
    )
    command.add_argument(
        "--run", type=Path, metavar="DIR", help="run folder (default: the shipped one)"
    )
    command.add_argument(
        "--profile", type=Path, metavar="FILE", help="profile.json of `evaluate --adjust` to use"
    )
    command.add_argument(
        "--csv", type=Path, metavar="FILE", help="table, which is gone on with (default: to stdout)"
    )
    command.add_argument("--store", action="store_true", help="store the results in the PACS")
    command.add_argument(
        "--watch",
        type=float,
        nargs="?",
        const=EVERY,
        metavar="SECONDS",
        help=f"go on with what arrives, asking so often (default: {EVERY:.0f})",
    )
    command.add_argument(
        "--ledger",
        type=Path,
        metavar="FILE",
        help="remembers what is done; --watch and --store need it",
    )
    command.add_argument(
        "--retry", action="store_true", help="try again what the ledger has set aside"
    )


def run(arguments: argparse.Namespace) -> int:
    """Go over the PACS once, or until it is stopped; return 0, 1 where a film is not done.

    Raises:
        UsageError: for options that do not fit together.
        KeyboardInterrupt: noting what is done; it is whole.
    """
    from covid_model.serving.pacs.connection import Pacs
    from covid_model.serving.pacs.ledger import Ledger
    from covid_model.serving.pacs.rows import Rows
    from covid_model.serving.pacs.settings import PacsSettings

    if arguments.ledger is None and (arguments.store or arguments.watch is not None):
        raise UsageError("Name a --ledger FILE, so that nothing is done or stored twice.")
    if arguments.watch is not None and not arguments.watch > 0:
        raise UsageError("Expected seconds above 0 after --watch.")
    _filters(arguments.query)  # wrong ones are told before anything is asked
    pacs = Pacs(PacsSettings.from_environment(url=arguments.url))
    served = load_run(arguments.run) if arguments.run else open_shelf().default
    networks = _networks(served, arguments.profile)
    ledger = Ledger.open(arguments.ledger, networks=networks.digest)
    try:
        if arguments.retry:
            ledger.retry()
        with Rows.open(arguments.csv, sys.stdout) as rows:
            return _go(arguments, _watch(arguments, pacs, networks, ledger, rows))
    finally:
        ledger.close()


def _go(arguments: argparse.Namespace, watch: "Watch") -> int:
    try:
        if arguments.watch is not None:
            watch.forever(arguments.watch)
        whole = watch.once()
    except KeyboardInterrupt as stop:
        stop.add_note(f"{_counts(watch)} Run the same command again to go on.")
        raise
    _say(f"{_counts(watch)} {NOTICE}")
    for instance, reason in watch.ledger.set_aside():
        _say(f"set aside: {instance}: {reason}")
    return 0 if whole and set(watch.ledger.counts()) <= {"done"} else 1


def _watch(
    arguments: argparse.Namespace,
    pacs: "Pacs",
    networks: "Networks",
    ledger: "Ledger",
    rows: "Rows",
) -> "Watch":
    from dataclasses import replace

    from covid_model.serving import CaseResult, batch_table
    from covid_model.serving.pacs.watch import Watch
    from covid_model.serving.pacs.worker import process

    make_results: MakeResults | None = None
    if arguments.store:
        from dashboard.cases.pacs.results import results_of

        make_results = results_of  # drawn as the dashboard draws them

    def write(film: "Film", result: CaseResult) -> None:
        named = replace(result, name=film.path)
        rows.write(film.path, batch_table.rows(named, run=networks.run.name))

    return Watch(
        pacs=pacs,
        filters=lambda: _filters(arguments.query),
        ledger=ledger,
        process=lambda film: process(film, pacs, networks, make_results),
        write=write,
        say=_say,
    )


def _networks(served: Run, profile: Path | None) -> "Networks":
    from covid_model.cli.parts.networks import load_classifiers
    from covid_model.serving import Profile, Together
    from covid_model.serving.pacs.worker import Networks

    for sentence in served.damaged.values():
        _say(f"warning: {sentence}")
    digests = {
        name: sha256_of(served.model_folder(name) / "model.json") for name in served.models_to_load
    }
    classifiers, together = load_classifiers(served, "all"), Together.load(served)
    if profile is None:
        return Networks(served, classifiers, together, digests)
    used = Profile.load(profile)
    adjusted = [classifier.adjusted(used) for classifier in classifiers]
    together = together and together.adjusted(used)
    return Networks(served, adjusted, together, digests, used.reference)


def _filters(queries: list[str]) -> dict[str, str]:
    """The filters of the studies; of the last days where none are given."""
    if not queries:
        return {"StudyDate": f"{date.today() - timedelta(days=DAYS - 1):%Y%m%d}-"}
    filters = {}
    for query in queries:
        keyword, equals, value = query.partition("=")
        if not (keyword.isalnum() and equals and value):
            raise UsageError(f"Expected --query KEYWORD=VALUE. Received: {keyword or 'nothing'}.")
        filters[keyword] = value
    return filters


def _counts(watch: "Watch") -> str:
    counts = ", ".join(f"{count} {state}" for state, count in sorted(watch.ledger.counts().items()))
    return f"Films now: {watch.films}. By the ledger: {counts or 'none'}."


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
