"""One training in several JAX processes, of which each computes its rows of every batch.

Every function is for a single process too, where there is nothing to share.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import keras
import numpy as np

from covid_model.common.errors import UsageError

ADDRESS, COUNT, NUMBER = (
    f"KERAS_DISTRIBUTION_{name}" for name in ("JOB_ADDRESSES", "NUM_PROCESSES", "PROCESS_ID")
)

GONE = re.compile("Gloo|NCCL|[Cc]oordination|UNAVAILABLE")  # how JAX says that it lost a process


def join(*, batches: Iterable[int]) -> None:
    """Wait for the other processes that Keras' environment variables name.

    Args:
        batches: images a step of each training, of which each device takes the same number.

    Raises:
        UsageError: if Keras' backend or the variables will not do, a batch does not part, or the
            others do not come.
    """
    backend = keras.backend.backend()
    if backend != "jax":
        raise UsageError(
            "Expected KERAS_BACKEND=jax for --distribute: Keras shares batches among processes "
            f"on JAX alone. Received: {backend}."
        )
    values = [os.environ.get(name, "") for name in (ADDRESS, COUNT, NUMBER)]
    if ":" not in values[0] or not all(value.isdecimal() for value in values[1:]):
        raise UsageError(
            f"Expected {ADDRESS}=HOST:PORT of process 0, {COUNT} and {NUMBER}, counted from 0, "
            f"for --distribute. Received: {', '.join(value or 'none' for value in values)}."
        )
    prepare_jax()
    try:
        keras.distribution.initialize()
    except (RuntimeError, ValueError) as error:
        raise UsageError(
            f"Process {values[2]} of {values[1]} cannot join the others at {values[0]}: start all "
            f"of them with the same address and a number of their own ({_first_line(error)})."
        ) from None
    devices = keras.distribution.get_device_count()
    for batch in (batch for batch in batches if batch % devices):
        raise UsageError(
            f"Expected a batch that the {devices} devices of {values[1]} processes share alike. "
            f"Received: {batch} images: give --set batch={-(-batch // devices) * devices}."
        )


def prepare_jax() -> None:
    """Have a process end when it is stopped or fails, not when the others do."""
    config = _jax().config
    config.update("jax_enable_preemption_service", False)  # it would keep SIGTERM to itself
    # Without this a process that fails waits for minutes for the others, which wait for it.
    config.update("jax_enable_recoverability", True)


def leave() -> bool:
    """Part from the other processes; return whether this one goes on alone, as process 0 does."""
    if count() > 1:
        from_first(b"trained")  # process 0 has written the last checkpoint
        if not is_first():
            _jax().distributed.shutdown()
    return is_first()


def count() -> int:
    """How many processes train together, 1 for this one alone."""
    return _jax().process_count() if keras.backend.backend() == "jax" else 1


def is_first() -> bool:
    """Whether this is process 0, which alone reads checkpoints and writes files."""
    return count() == 1 or _jax().process_index() == 0


def share(batch: int) -> slice:
    """The rows of a batch that this process computes."""
    own = batch // count()
    first = own * (_jax().process_index() if count() > 1 else 0)
    return slice(first, first + own)


@contextmanager
def together() -> Iterator[None]:
    """Keep weights alike on all processes, and share batches among them, within the block.

    Raises:
        UsageError: if another process has gone.
    """
    if count() == 1:
        yield
        return
    try:
        with keras.distribution.DataParallel(auto_shard_dataset=False).scope():
            yield
    except (_jax().errors.JaxRuntimeError, ValueError) as error:
        if not GONE.search(str(error)):
            raise
        raise UsageError(
            "Another process of this training has ended or cannot be reached: see what it said, "
            f"then start all of them again with --resume ({_first_line(error)})."
        ) from None


@contextmanager
def apart() -> Iterator[None]:
    """Do within the block what the other processes do not: what Keras builds there is not shared.

    To save a network Keras builds an optimizer to look at, and would wait for the others'.
    """
    distribution = keras.distribution.distribution()
    if count() > 1:
        keras.distribution.set_distribution(None)
    try:
        yield
    finally:
        keras.distribution.set_distribution(distribution)


def from_first(data: bytes) -> bytes:
    """Send what process 0 has to all of them."""
    if count() == 1:
        return data
    from jax.experimental.multihost_utils import broadcast_one_to_all

    size = int(broadcast_one_to_all(np.int32(len(data))))
    buffer = np.zeros(size, np.uint8)
    if is_first():
        buffer[:] = np.frombuffer(data, np.uint8)
    return np.asarray(broadcast_one_to_all(buffer)).tobytes() if size else b""


def predict(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """A network's outputs for a whole batch, of which each process computes its share.

    Args:
        model: the network.
        images: this process's ``share`` of the batch, float32 (n, h, w, 3).

    Returns:
        float32 (batch, ...), the same on every process.
    """
    if count() == 1:
        return keras.ops.convert_to_numpy(model.predict_on_batch(images))
    layout = keras.distribution.distribution().get_data_layout(images.shape).backend_layout
    batch = _jax().make_array_from_process_local_data(layout, images)
    weights = [
        [v.value for v in part]
        for part in (model.trainable_variables, model.non_trainable_variables)
    ]
    return np.asarray(_outputs(model)(*weights, batch))


@lru_cache(maxsize=1)  # compiled once a network
def _outputs(model: keras.Model) -> Callable[..., Any]:
    """A network as a function of its weights and images whose outputs all processes have."""
    jax = _jax()
    mesh = keras.distribution.distribution().device_mesh.backend_mesh
    everywhere = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec())

    def outputs(trainable: list[Any], other: list[Any], images: Any) -> Any:
        return model.stateless_call(trainable, other, images, training=False)[0]

    return jax.jit(outputs, out_shardings=everywhere)


def _jax() -> Any:
    import jax

    return jax


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:200]
