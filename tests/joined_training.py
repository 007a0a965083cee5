"""The training of ``tiny_training`` on JAX: ``python -m tests.joined_training FOLDER``.

Where ``KERAS_DISTRIBUTION_*`` name processes, it joins them, stops in the midst and resumes. What
it ends with goes to FOLDER/found.npz, which process 0 alone writes.
"""

import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.modules["tensorflow"] = None  # Keras would import it, which takes longer than the training


def build():
    """Convolution, batch normalisation, dropout, without a bias that the normalisation undoes.

    The gradient of such a bias is rounding alone, which AdamW makes steps of a full rate of.
    """
    import keras

    x = inputs = keras.Input((None, None, 3))
    x = keras.layers.Conv2D(4, 3, strides=2, use_bias=False)(x)
    x = keras.layers.BatchNormalization()(x)
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.ReLU()(x))
    x = keras.layers.Dropout(0.3, seed=5, name="dropout")(x)
    x = keras.layers.Dense(3, activation="softmax", dtype="float32")(x)
    return keras.Model(inputs, x), "random weights, for tests"


def stop_at_step(step: int) -> None:
    """Have a training stopped after the validation of a step, whose checkpoint is the last."""
    from covid_model.training.loop import trainer as module

    advance = module.advance

    def stopping(training, state, row):
        if row["step"] > step:
            module.advance = advance
            raise InterruptedError
        return advance(training, state, row)

    module.advance = stopping


def main(folder: Path) -> None:
    """Train, then write the weights, the optimizer's moments and the history."""
    import keras

    from covid_model.training.loop import processes
    from covid_model.training.loop.checkpoint import checkpoint_file
    from covid_model.training.loop.trainer import train
    from tests.tiny_training import RECIPE, training

    one = training(folder / "work", recipe=replace(RECIPE, stages=RECIPE.stages[:1]))
    if processes.ADDRESS in os.environ:
        processes.join(batches=[RECIPE.batch])
        stop_at_step(4)
        try:
            train(one, build)
        except InterruptedError:
            assert not processes.is_first() or (folder / "work" / "checkpoint-4.keras").is_file()
    state = train(one, build)
    if not processes.leave():
        return
    model = keras.models.load_model(checkpoint_file(one.folder, state))
    names = ("loss", "accuracy", "val_loss", "val_recall", "learning_rate")
    rows = np.array([[row[name] for name in names] for row in state.history])
    moments = map(keras.ops.convert_to_numpy, model.optimizer.variables)
    np.savez(folder / "found.npz", rows, *model.get_weights(), *moments)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
