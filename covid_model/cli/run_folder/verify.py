"""The command verify: compute stored figures again."""

import argparse
from pathlib import Path

from covid_model.common.disclaimer import NOTICE
from covid_model.common.errors import SignatureError, UsageError
from covid_model.common.system import logs, signatures
from covid_model.runs import RUN_FILE, run_folders, runs_root

WITH_DIGESTS = (RUN_FILE, "evaluation.json")


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command with its options."""
    command = commands.add_parser(
        "verify",
        help="compute the published figures again from the stored predictions, or check a bundle",
        description="Hold every file of a run to its digest; compute report.json, comparison.json "
        "and audit.json again from the tables beside them; say what differs. Of a bundle that the "
        "dashboard wrote, hold every file to its digest and lay its overlays again. Of what "
        "evaluate wrote, do as of a run. With --key, hold run.json or evaluation.json, which has "
        "the digests, or the bundle to the signature beside it.",
    )
    command.set_defaults(run_command=run)
    logs.add_options(command, default="warning")
    command.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="PATH",
        help="run folder, folder of `evaluate`, or bundle as a zip (default: all runs of the "
        "shelf)",
    )
    command.add_argument(
        "--key",
        type=Path,
        metavar="FILE",
        help="public key of minisign by which each run or bundle has to be signed",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print a line a network, bundle, signature or problem; return 1 where there are problems."""
    root, key = runs_root(), arguments.key
    paths = arguments.paths or run_folders(root) or [root]
    files = [signed_file(path) for path in paths]
    failed = [verify(path, whole=key is not None) for path in paths]
    failed += [_verify_signature(path, file, key) for path, file in zip(paths, files, strict=True)]
    return int(any(failed))


def signed_file(path: Path) -> Path:
    """The file that is signed: of a folder the one with the digests, of a bundle itself.

    Raises:
        UsageError: if the path is of none of them.
    """
    for file in (path, *(path / name for name in WITH_DIGESTS)):
        if file.is_file():
            return file
    raise UsageError(
        "Expected a bundle, a run folder, which holds run.json, or an evaluation, which holds "
        "evaluation.json. Received: {path}.",
        path=path,
    )


def verify(path: Path, *, whole: bool) -> bool:
    """Print what the verification of a folder or a bundle finds; return whether there are problems.

    Args:
        path: of a run, an evaluation or a bundle.
        whole: whether a file that no digest covers is a problem, as for a signature.
    """
    return _verify_bundle(path) if path.is_file() else _verify_folder(path, whole=whole)


def _verify_signature(path: Path, file: Path, key: Path | None) -> bool:
    """Print what the signature says; return whether it is not as it should be."""
    beside, name = signatures.signature_path(file), path.resolve().name
    if key is None:
        if beside.is_file():
            print(f"{name}: {beside.name} was not checked: give the signer's public key by --key.")
        return False
    try:
        print(f"{name}: {signatures.check(file, key)}")
    except SignatureError as error:
        print(f"{name}: {error}")
        return True
    return False


def _verify_bundle(path: Path) -> bool:
    """Print what a bundle's check finds; return whether there are problems."""
    from covid_model.serving.case_bundle.check import check

    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}): check it.") from None
    checked = check(data)
    for problem in checked.problems:
        print(f"{path.name}: {problem}")
    if not checked.problems:
        counts = f"{checked.files} files, {checked.overlays} overlays laid again"
        print(f"{path.name}: {counts}, all agree. {NOTICE}")
    return bool(checked.problems)


def _verify_folder(folder: Path, *, whole: bool) -> bool:
    """Print what the verification of a run or an evaluation finds; return whether it fails."""
    from covid_model.evaluation.verification.hospital import verify_evaluation
    from covid_model.evaluation.verification.verify import verify_run

    is_run = (folder / RUN_FILE).is_file()
    failed = False
    for checked in verify_run(folder) if is_run else [verify_evaluation(folder)]:
        failed = failed or bool(checked.problems) or (whole and bool(checked.notes))
        for problem in checked.problems:
            print(f"{checked.name}: {problem}")
        for note in checked.notes:
            print(f"{checked.name}: {note}")
        if not checked.problems:
            print(f"{checked.name}: {checked.files} files, {checked.figures} figures, all agree.")
    return failed
