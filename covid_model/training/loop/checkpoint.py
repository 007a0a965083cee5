"""Checkpoints and state of one training."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import keras
import pandas as pd

from covid_model.common.errors import DataError, UsageError
from covid_model.common.system.cache import write_whole
from covid_model.training.inputs.batches import ImagePool
from covid_model.training.recipes.base import EndToEndRecipe

Recipe = TypeVar("Recipe", bound=EndToEndRecipe, covariant=True)


@dataclass(frozen=True)
class CheckpointedTraining(Generic[Recipe]):
    """One training.

    Attributes:
        name: what people call it.
        train: the images to train on.
        watched: images held out.
        recipe: every value of the training.
        folder: where checkpoints, ``state.json`` and ``history.csv`` go.
        facts: what else must be the same when it resumes, by name; JSON values.
        tensorboard: folder for TensorBoard's event files, None for none.
    """

    name: str
    train: ImagePool
    watched: ImagePool
    recipe: Recipe
    folder: Path
    facts: Mapping[str, Any] = field(default_factory=dict)
    tensorboard: Path | None = None

    @property
    def total(self) -> int:
        """All training steps."""
        return sum(self.recipe.steps)

    @property
    def identity(self) -> dict[str, Any]:
        """What a resumed training must have in common with how it began."""
        return json.loads(json.dumps({"recipe": asdict(self.recipe), **self.facts}))


@dataclass(frozen=True)
class TrainingState:
    """How far a training has come.

    Attributes:
        step: training steps done.
        history: one row a validation on the watched images, see ``loop.train``.
        best: the row with the highest recall, ties by loss; None before the first.
        stale: rows since then.
        finished: whether it has ended.
        seeds: states of the layers' seed generators by layer, which Keras does not save.
        origin: one sentence that says where the first weights came from.
    """

    step: int = 0
    history: tuple[dict[str, float], ...] = ()
    best: dict[str, float] | None = None
    stale: int = 0
    finished: bool = False
    seeds: Mapping[str, list[int]] = field(default_factory=dict)
    origin: str = ""


def has_begun(folder: Path) -> bool:
    """Whether a folder holds a training that can resume."""
    return (folder / "state.json").is_file()


def checkpoint_file(folder: Path, state: TrainingState) -> Path:
    """The model with its optimizer as of ``state``."""
    return folder / f"checkpoint-{state.step}.keras"


def best_file(folder: Path, state: TrainingState) -> Path:
    """The weights of ``state.best``, Keras' ``.weights.h5``."""
    return folder / f"best-{int((state.best or {}).get('step', 0))}.weights.h5"


def read_state(training: CheckpointedTraining) -> TrainingState | None:
    """Read how far a training has come, None where it has not begun.

    Raises:
        UsageError: naming every value that differs from those it began with.
        DataError: if the file is damaged.
    """
    if not has_begun(training.folder):
        return None
    path = training.folder / "state.json"
    try:
        raw = json.loads(path.read_text("utf-8"))
        began, state = raw.pop("identity"), state_of(raw)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f"{path} cannot be read ({error}): remove {training.folder} to begin anew."
        ) from None
    other = differences(began, training.identity)
    if other:
        what = "; ".join(f"{name} was {was}, now {now}" for name, (was, now) in other.items())
        raise UsageError(
            f"Expected the values that the training in {training.folder} began with. "
            f"Received: {what}. Give the same values, or begin anew in another folder."
        )
    return state


def state_of(raw: Mapping[str, Any]) -> TrainingState:
    """A state from its JSON."""
    return TrainingState(**{**raw, "history": tuple(raw["history"])})


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What two identities do not have in common, by name."""
    mine, yours = _flat(dict(one)), _flat(dict(other))
    return {
        name.removeprefix("recipe."): (mine.get(name), yours.get(name))
        for name in sorted(mine | yours)
        if mine.get(name) != yours.get(name)
    }


def save_state(training: CheckpointedTraining, state: TrainingState, model: keras.Model) -> None:
    """Write a checkpoint; a kill at any moment leaves this one or the one before it whole.

    ``state.json`` names the other files by its steps and is replaced in one go, after they are
    whole and before older ones are removed.
    """
    wanted = [checkpoint_file(training.folder, state), best_file(training.folder, state)]
    write_whole(wanted[0], model.save)
    if state.best and state.best["step"] == state.step:
        write_whole(wanted[1], model.save_weights)
    pd.DataFrame(state.history).to_csv(
        training.folder / "history.csv", index=False, float_format="%.6g"
    )
    text = json.dumps({**asdict(state), "identity": training.identity}, indent=1)
    write_whole(training.folder / "state.json", lambda path: path.write_text(text + "\n", "utf-8"))
    for file in training.folder.glob("*-*"):
        if file.name.startswith(("checkpoint-", "best-", "partial-")) and file not in wanted:
            file.unlink()


def _flat(value: Any, name: str = "") -> dict[str, Any]:
    """Nested mappings as one, with dotted names."""
    if not isinstance(value, dict):
        return {name: value}
    pairs = (_flat(inner, f"{name}.{key}" if name else key) for key, inner in value.items())
    return {key: inner for pair in pairs for key, inner in pair.items()}
