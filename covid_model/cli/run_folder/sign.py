"""The command sign: put a signature beside a run or a bundle."""

import argparse
import getpass
import sys
from pathlib import Path

from covid_model.cli.run_folder.verify import signed_file, verify
from covid_model.common.system import signatures


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command with its options."""
    command = commands.add_parser(
        "sign",
        help="sign a run, an evaluation or a bundle with a key of minisign",
        description="Verify a folder or a bundle, as `verify` does; where all agrees, sign "
        "run.json or evaluation.json, which has the digests of the folder, or the bundle. The "
        "signature lies beside it, in the format of minisign, whose command `minisign -G` makes "
        "the keys. A key's password is asked for, or is the first line of the standard input "
        "where that is no terminal.",
    )
    command.set_defaults(run_command=run)
    command.add_argument(
        "path",
        type=Path,
        metavar="PATH",
        help="run folder, folder of `evaluate`, or bundle as a zip",
    )
    command.add_argument(
        "--key", type=Path, required=True, metavar="FILE", help="secret key of minisign"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print what the verification finds, then who signed; return 1 where nothing was signed."""
    path: Path = arguments.path
    file, name = signed_file(path), path.resolve().name
    if verify(path, whole=True):
        print(f"{name}: not signed, as it does not verify.")
        return 1
    key_id = signatures.sign(file, arguments.key, ask=_password)
    print(f"{name}: signed by key {key_id}, in {signatures.signature_path(file).name}.")
    return 0


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    try:
        return getpass.getpass("Password of the key: ")
    except EOFError:  # Ctrl-D: none
        return ""
