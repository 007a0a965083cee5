"""The smallest images that a network can be built for."""

from covid_model.common.architectures import REGISTRY
from covid_model.common.errors import UsageError


def check_size(name: str, size: int) -> None:
    """Refuse an input size that Keras does not build a network for.

    Args:
        name: key of ``architectures.REGISTRY``.
        size: input height, which is also the width, in pixels.

    Raises:
        UsageError: naming the network with its smallest size.
    """
    network = REGISTRY[name]
    if size < network.least_size:
        raise UsageError(
            f"Expected a size of at least {network.least_size} pixels for {network.title}. "
            f"Received: {size}. Set size to {network.least_size} or more, or leave it out of "
            "--models."
        )
