"""Curves for TensorBoard, where tensorboardX is installed."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from covid_model.common.errors import UsageError


@contextmanager
def curves(
    folder: Path | None, name: str, *, since: int = 0
) -> Iterator[Callable[[Mapping[str, float]], None]]:
    """Yield a function that draws the values of a row at its ``step``.

    Args:
        folder: TensorBoard's log folder, None to draw nothing.
        name: the training's name, a sub-folder.
        since: what an earlier, interrupted training drew from this step on is dropped.

    Raises:
        UsageError: if tensorboardX is not installed.
    """
    if folder is None:
        yield lambda row: None
        return
    with writer_class()(str(folder / name), purge_step=since) as writer:

        def draw(row: Mapping[str, float]) -> None:
            for key, value in row.items():
                if key != "step":
                    writer.add_scalar(key, value, int(row["step"]))
            writer.flush()

        yield draw


def writer_class() -> type:
    """``tensorboardX.SummaryWriter``.

    Raises:
        UsageError: if it is not installed.
    """
    try:
        from tensorboardX import SummaryWriter
    except ImportError as error:
        raise UsageError(
            f"Expected tensorboardX for --tensorboard ({error}): install it with "
            "pip install tensorboardX, or leave the option out."
        ) from None
    return SummaryWriter
