"""A training of seconds, which a process of its own breaks: ``python -m tests.tiny_training``.

``break FOLDER`` dies of SIGKILL in the midst of FOLDER/broken; ``resume FOLDER`` goes on there,
trains FOLDER/unbroken, then prints how far the two differ as JSON; ``resume FOLDER 2`` also
trains a little on two devices.
"""

import json
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from covid_model.training.inputs.batches import ImagePool
from covid_model.training.loop.checkpoint import CheckpointedTraining
from covid_model.training.recipes.base import Stage
from covid_model.training.recipes.finetune import FinetuneRecipe

RECIPE = FinetuneRecipe(
    stages=(Stage(16, 64, 0.5), Stage(20, 32, 0.8)),
    batch=8,
    learning_rate=3e-3,
    watched=16,
    watch_size=0,
    networks=(),
)
SHORT = (Stage(16, 32, 0.5),)


def pictures(count: int = 24) -> ImagePool:
    """Grey squares whose brightness, with noise, is their class; drawn alike."""
    rng = np.random.default_rng(0)
    classes = np.arange(count) % 3
    grey = rng.normal(50 + 70 * classes[:, None, None], 25, (count, 24, 24)).clip(0, 255)
    labels = np.eye(3, dtype=np.float32)[classes]
    return ImagePool(grey.astype(np.uint8), labels, np.full(count, 1 / count))


def training(folder: Path, **changes) -> CheckpointedTraining:
    """A training of twelve steps with a checkpoint at every other."""
    one = pictures()
    return replace(
        CheckpointedTraining("tiny", one, one, RECIPE, folder, {"data": "drawn"}), **changes
    )


def build():
    """Convolution, batch normalisation, dropout: all that keeps a state."""
    import keras

    x = inputs = keras.Input((None, None, 3))
    x = keras.layers.Conv2D(4, 3, strides=2, activation="relu")(x)
    x = keras.layers.BatchNormalization()(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    x = keras.layers.Dropout(0.3, seed=5, name="dropout")(x)
    x = keras.layers.Dense(3, activation="softmax", dtype="float32")(x)
    return keras.Model(inputs, x), "random weights, for tests"


def die_when_saving(step: int) -> None:
    """Have the process killed when a checkpoint is whole that ``state.json`` does not know yet."""
    from covid_model.training.loop import checkpoint as module

    whole = module.write_whole

    def fatal(path, write):
        if path.name == "state.json" and (path.parent / f"checkpoint-{step}.keras").is_file():
            os.kill(os.getpid(), signal.SIGKILL)
        whole(path, write)

    module.write_whole = fatal


def die_when_drawing(step: int) -> None:
    """Have the process killed when the batch of a step is drawn."""
    from covid_model.training.loop import trainer as module

    batch_of = module.batch_of

    def fatal(pictures, recipe, now, *own):
        if now == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return batch_of(pictures, recipe, now, *own)

    module.batch_of = fatal


def resume(folder: Path) -> dict:
    """Go on with the broken training; return what it has not in common with an unbroken one."""
    import keras

    from covid_model.training.loop.checkpoint import best_file, checkpoint_file
    from covid_model.training.loop.trainer import train

    names = ("unbroken", "broken")
    states = {name: train(training(folder / name), build) for name in names}

    def weights(name):
        model = keras.models.load_model(checkpoint_file(folder / name, states[name]))
        last = [*model.get_weights(), *map(keras.ops.convert_to_numpy, model.optimizer.variables)]
        model.load_weights(best_file(folder / name, states[name]))
        return [*last, *model.get_weights()]

    rows = [
        [{k: v for k, v in row.items() if k != "seconds"} for row in states[name].history]
        for name in names
    ]
    pairs = zip(*map(weights, names), strict=True)
    return {
        "weights": max(float(np.abs(one - other).max()) for one, other in pairs),
        "same_history": rows[0] == rows[1],
        "same_dropout": states["unbroken"].seeds == states["broken"].seeds,
        "steps": states["broken"].step,
        "files": sorted(path.name for path in (folder / "broken").iterdir()),
        "best": int(states["broken"].best["step"]),
    }


def shared(folder: Path, devices: int) -> dict:
    """Train with every batch shared among devices."""
    import keras

    from covid_model.training.loop.devices import use_devices
    from covid_model.training.loop.trainer import train

    use_devices(devices, batches=[RECIPE.batch])
    state = train(training(folder / "shared", recipe=replace(RECIPE, stages=SHORT)), build)
    used = keras.distribution.distribution().device_mesh.shape[0]
    return {"devices": used, "shared_loss": state.history[-1]["loss"]}


def main(what: str, folder: Path, extra: str = "") -> None:
    """Break a training, or go on with it."""
    from covid_model.training.loop.trainer import train

    if what == "break":
        die_when_saving(6) if extra == "saving" else die_when_drawing(9)
        train(training(folder / "broken"), build)
    found = resume(folder)
    if extra:
        found |= shared(folder, int(extra))
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
