"""Devices and precision of a training."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import keras

from covid_model.common.errors import UsageError


def use_devices(count: int, *, batches: Iterable[int]) -> None:
    """Share every batch among devices of this machine, from here to the end of the process.

    Args:
        count: how many devices.
        batches: images a step of each training, of which each device takes the same number.

    Raises:
        UsageError: if Keras' backend cannot, there are fewer devices, or the batch does not part.
    """
    backend = keras.backend.backend()
    if backend != "jax":
        raise UsageError(
            f"Expected KERAS_BACKEND=jax for --devices {count}: Keras shares batches among "
            f"devices on JAX alone. Received: {backend}."
        )
    devices = keras.distribution.list_devices()
    if not 1 <= count <= len(devices):
        raise UsageError(
            f"Expected --devices of 1 to {len(devices)}: JAX finds {', '.join(devices)}. "
            f"Received: {count}."
        )
    for batch in (batch for batch in batches if batch % count):
        raise UsageError(
            f"Expected a batch that {count} devices share alike. Received: {batch} images: "
            f"give --set batch={-(-batch // count) * count}."
        )
    keras.distribution.set_distribution(keras.distribution.DataParallel(devices=devices[:count]))


@contextmanager
def precision(policy: str) -> Iterator[None]:
    """Build layers with a Keras policy, as ``mixed_float16``, within the block."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
