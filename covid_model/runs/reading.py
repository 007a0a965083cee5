"""The run folder: how trained models are stored with their reports, then checked when read."""

import csv
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from covid_model.common import paths
from covid_model.common.errors import ReportsOnlyError, RunError
from covid_model.common.messages import Sentence, joined

SCHEMA = 1
ARCHITECTURES: dict[str, str] = {
    "xception": "Xception",
    "resnet50v2": "ResNet50V2",
    "vgg16": "VGG16",
}
DEFAULT_ROOT = paths.SHIPPED_RUNS
PARTS = ("train", "validation", "test")  # of split.csv
NO_RUN = Sentence(
    "There is no run that can predict: train one with `python train_models.py --data DIR`, or name "
    "a run folder."
)
SERVING_FILES = ("model.tflite", "head.npz")
NOVELTY_FILE = "novelty.npz"  # served too, where the run has it
AUDIT_FILE, COMPARISON_FILE = "audit.json", "comparison.json"  # older runs have neither


@dataclass(frozen=True)
class ModelInfo:
    """What ``model.json`` says of one network.

    Attributes:
        architecture: key of ``ARCHITECTURES``.
        classes: class names in the order of the probabilities.
        input_shape: (1, height, width, 3); values are float32 in [0, 1].
        target_layer: the layer whose output the Grad-CAM maps explain.
        backbone_origin: one sentence that says where the convolutions' weights came from.
        weights_format: how ``model.tflite`` stores weights, or "" for a reports-only model.
        temperature: softmax temperature fitted on validation, None when not calibrated.
        offsets: what is added to each class's tempered logit, so that the probabilities hold for a
            mix in which the classes are equally frequent; None where they hold for a mix as in
            the validation part.
        thresholds: "probability", the lowest calibrated probability that is an answer; "novelty",
            the largest distance that is known; each only where it was fitted.
        sha256: digest of every other file in the folder by file name.
    """

    architecture: str
    classes: tuple[str, ...]
    input_shape: tuple[int, int, int, int]
    target_layer: str
    backbone_origin: str
    weights_format: str = ""
    temperature: float | None = None
    offsets: tuple[float, ...] | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict)
    sha256: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The architecture's name as papers write it."""
        return ARCHITECTURES.get(self.architecture, self.architecture)

    @property
    def servable(self) -> bool:
        """True when the folder holds what a prediction needs."""
        return all(name in self.sha256 for name in SERVING_FILES)


@dataclass(frozen=True)
class Run:
    """One run folder: its ``run.json`` and the models beside it, in the fixed order."""

    folder: Path
    info: Mapping[str, Any]
    models: tuple[str, ...]

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    def model_folder(self, architecture: str) -> Path:
        """Return the folder of one model.

        Raises:
            RunError: if the run has no such model.
        """
        if architecture not in self.models:
            raise RunError(
                "Expected a model of run {run!r}: {models}. Received: {architecture!r}.",
                run=self.name,
                models=", ".join(self.models),
                architecture=architecture,
            )
        return self.folder / architecture

    def model_info(self, architecture: str) -> ModelInfo:
        """Read one model's ``model.json``."""
        return read_model_info(self.model_folder(architecture))

    @property
    def servable_models(self) -> tuple[str, ...]:
        """The models that can predict, empty for a reports-only run."""
        return tuple(name for name in self.models if self.model_info(name).servable)

    def report(self, architecture: str) -> dict[str, Any]:
        """Read one model's ``report.json`` after checking its digest."""
        return json.loads(self._checked(architecture, "report.json"))

    def audit(self, architecture: str) -> dict[str, Any] | None:
        """Read one model's ``audit.json`` after checking its digest, None where there is none."""
        if AUDIT_FILE not in self.model_info(architecture).sha256:
            return None
        return json.loads(self._checked(architecture, AUDIT_FILE))

    def comparison(self) -> dict[str, Any] | None:
        """Read ``comparison.json`` after checking its digest, None where there is none."""
        digests = self.info.get("sha256") or {}
        if COMPARISON_FILE not in digests:
            return None
        path = self.folder / COMPARISON_FILE
        _check_digest(path, digests, listing="run.json")
        return json.loads(path.read_bytes())

    def table(self, architecture: str, name: str) -> list[dict[str, str]]:
        """Read one CSV after checking its digest.

        Args:
            architecture: one of ``models``.
            name: ``history.csv``, ``predictions.csv``, ``validation.csv`` or ``audit.csv``.
        """
        text = self._checked(architecture, name).decode("utf-8")
        return list(csv.DictReader(text.splitlines()))

    def _checked(self, architecture: str, name: str) -> bytes:
        folder = self.model_folder(architecture)
        check_file(folder, name, read_model_info(folder))
        return (folder / name).read_bytes()


def sha256_of(path: Path) -> str:
    """Return a file's SHA-256 as 64 hex digits, read in 1 MiB pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def check_file(folder: Path, name: str, info: ModelInfo) -> None:
    """Refuse a file that is missing, unlisted, or not the one that was written.

    Raises:
        RunError: naming the file and what to do.
    """
    _check_digest(folder / name, info.sha256, listing="model.json")


def _check_digest(path: Path, digests: Mapping[str, str], *, listing: str) -> None:
    """Hold a file to the digest that ``listing``, a file's name, gives for it."""
    if path.name not in digests:
        raise RunError(
            "{path} is not listed in {listing}: train the model again.", path=path, listing=listing
        )
    if not path.is_file():
        raise RunError("{path} is missing: restore the run folder or train it again.", path=path)
    if sha256_of(path) != digests[path.name]:
        raise RunError(
            "{path} differs from the digest in {listing}: it was changed or damaged after it "
            "was written. Restore the file or train the model again.",
            path=path,
            listing=listing,
        )


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        RunError: if the file is missing or holds no JSON object.
    """
    try:
        value = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise RunError("{path} is missing: this is no complete run folder.", path=path) from None
    except (OSError, ValueError) as error:
        raise RunError(
            "{path} cannot be read as JSON ({error}): restore it.", path=path, error=str(error)
        ) from None
    if not isinstance(value, dict):
        raise RunError(
            "Expected a JSON object in {path}. Received: {received}.",
            path=path,
            received=type(value).__name__,
        )
    return value


def read_model_info(folder: Path) -> ModelInfo:
    """Read ``model.json`` of a model folder.

    Raises:
        RunError: if it is missing, damaged or lacks a field.
    """
    raw = read_json(folder / "model.json")
    try:
        return ModelInfo(
            **{
                **raw,
                "classes": tuple(raw["classes"]),
                "input_shape": tuple(raw["input_shape"]),
                "offsets": tuple(raw["offsets"]) if raw.get("offsets") else None,
            }
        )
    except (KeyError, TypeError) as error:
        raise RunError(
            "{path} does not have this version's fields ({error}): train the model again "
            "with this version.",
            path=folder / "model.json",
            error=str(error),
        ) from None


def require_servable(folder: Path, info: ModelInfo) -> None:
    """Refuse to predict with a reports-only model.

    Raises:
        ReportsOnlyError: if the folder has no model file.
    """
    if not info.servable:
        raise ReportsOnlyError(
            "{network} in {folder} holds reports only, without model.tflite: choose another "
            "run to predict with, or train this one again without --reports-only.",
            network=info.title,
            folder=folder.parent,
        )


def load_run(folder: Path | str) -> Run:
    """Open a run folder.

    Raises:
        RunError: if it is no run folder, or of another schema.
    """
    folder = Path(folder)
    info = read_json(folder / "run.json")
    if info.get("schema") != SCHEMA:
        raise RunError(
            "Expected run schema {schema} in {path}. Received: {received!r}. Train the run "
            "again with this version.",
            schema=SCHEMA,
            path=folder / "run.json",
            received=info.get("schema"),
        )
    models = tuple(name for name in ARCHITECTURES if (folder / name / "model.json").is_file())
    if not models:
        raise RunError(
            "{folder} holds no model folder ({expected}).",
            folder=folder,
            expected=", ".join(ARCHITECTURES),
        )
    return Run(folder=folder, info=info, models=models)


@dataclass(frozen=True)
class Shelf:
    """The runs of a folder: those that open, those that predict, a sentence for each other.

    Both tuples of runs have the newest first; ``runs`` begins with ``servable``.
    """

    runs: tuple[Run, ...]
    servable: tuple[Run, ...]
    damaged: tuple[Sentence, ...]

    @property
    def newest(self) -> Run:
        """The newest run that can predict.

        Raises:
            RunError: if there is none.
        """
        if not self.servable:
            raise RunError(joined((NO_RUN, *self.damaged)))
        return self.servable[0]


def runs_root() -> Path:
    """The folder of runs: ``COVID_MODEL_RUNS``, or the one of the project."""
    return Path(os.environ.get("COVID_MODEL_RUNS") or DEFAULT_ROOT)


def open_shelf(root: Path | None = None) -> Shelf:
    """Open every run of a folder, ``runs_root()`` when None; a damaged one hides no other."""
    servable, others, damaged = [], [], []
    for path in sorted((root or runs_root()).glob("*/run.json")):
        try:
            run = load_run(path.parent)
            (servable if run.servable_models else others).append(run)
        except RunError as error:
            damaged.append(error.sentence)
    for runs in (servable, others):
        runs.sort(key=lambda run: str(run.info.get("created", "")), reverse=True)
    return Shelf((*servable, *others), tuple(servable), tuple(damaged))


def refuse_existing(destination: Path) -> None:
    """Refuse to write a run where there is something already.

    Raises:
        RunError: naming the remedy.
    """
    if destination.exists():
        raise RunError(
            "{destination} already exists and is never overwritten: give another --out, or "
            "move the old run away.",
            destination=destination,
        )


@contextmanager
def new_run(destination: Path) -> Iterator[Path]:
    """Yield a temporary folder that becomes ``destination`` when the block ends well.

    Raises:
        RunError: if ``destination`` already exists; nothing is ever overwritten.
    """
    destination = Path(destination)
    refuse_existing(destination)
    destination.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{destination.name}-", dir=destination.parent))
    try:
        yield temporary
        temporary.chmod(0o755)
        temporary.replace(destination)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write a JSON object, indented, with a final newline."""
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", "utf-8")


def write_model_info(folder: Path, info: ModelInfo) -> None:
    """Write ``model.json`` with the digests of all other files of the folder."""
    digests = digests_of(folder, but="model.json")
    write_json(folder / "model.json", {**asdict(info), "sha256": digests})


def digests_of(folder: Path, *, but: str) -> dict[str, str]:
    """The digest of each file that lies in a folder, by its name, but of one."""
    return {
        path.name: sha256_of(path)
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name != but
    }
