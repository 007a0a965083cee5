"""The command export: a run's networks in the formats of other servers."""

import argparse
import json
import sys
from pathlib import Path

from covid_model.common.disclaimer import NOTICE
from covid_model.common.errors import UsageError
from covid_model.runs import load_run, new_run, refuse_existing, refuse_unwritable

FORMATS = ("savedmodel", "onnx", "openvino")
SERVING_FILE = "serving.json"


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command with its options."""
    command = commands.add_parser(
        "export",
        help="write a run's networks for TensorFlow Serving, Triton or OpenVINO",
        description="Write each network of a run as scores, feature maps and heatmaps of one "
        f"image, with {SERVING_FILE} that says how scores become an answer. {NOTICE}",
    )
    command.set_defaults(run_command=run)
    command.add_argument("run", type=Path, metavar="RUN", help="run folder")
    command.add_argument("--format", choices=FORMATS, required=True)
    command.add_argument("--out", type=Path, metavar="DIR", required=True, help="a new folder")


def run(arguments: argparse.Namespace) -> int:
    """Write the folder, whole or not at all.

    Raises:
        UsageError: if a package is missing that the format takes.
        RunError: if the run is damaged or cannot predict, or the folder is there already.
    """
    refuse_existing(arguments.out)
    refuse_unwritable(arguments.out)
    try:
        from covid_model.cli.export.formats import export_network
        from covid_model.cli.export.serving_json import serving

        served = load_run(arguments.run)
        with new_run(arguments.out) as folder:
            files = {
                name: export_network(
                    served.model_folder(name), folder / name, kind=arguments.format
                )
                for name in served.models_to_load
            }
            names = {name: path.relative_to(folder).as_posix() for name, path in files.items()}
            text = json.dumps(serving(served, names), ensure_ascii=False)
            (folder / SERVING_FILE).write_text(text, "utf-8")
    except ImportError as error:
        raise UsageError(
            f'export takes packages that are not installed ({error}): pip install ".[export]".'
        ) from None
    print(f"{arguments.out}: {', '.join(files)}, {SERVING_FILE}. {NOTICE}", file=sys.stderr)
    return 0
