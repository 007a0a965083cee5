"""The table of networks: how each is built and where its Grad-CAM looks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from covid_model.common.messages import Message, in_words


@dataclass(frozen=True)
class Architecture:
    """One network of keras.applications as this project uses it.

    Attributes:
        name: its key in the table, in run folders and on the command line.
        title: its name as papers write it.
        builder: name of the function in ``keras.applications``.
        target_layer: layer whose output Grad-CAM explains, "" for the backbone's own output.
        max_pool: size of the max pooling between the target layer and the head, 0 for none.
        blocks: how the names of each block's layers begin, from the image to the head.
        least_size: smallest side in pixels that the builder takes without its top.
    """

    name: str
    title: str
    builder: str
    target_layer: str = ""
    max_pool: int = 0
    blocks: tuple[str, ...] = ()
    least_size: int = 32


def _blocks(pattern: str, count: int) -> tuple[str, ...]:
    return tuple(pattern.format(number) for number in range(1, count + 1))


# A row here is all that another network takes; runs hold their networks in this order.
REGISTRY: dict[str, Architecture] = {
    row.name: row
    for row in (
        Architecture(
            "xception", "Xception", "Xception", blocks=_blocks("block{}_", 14), least_size=71
        ),
        Architecture("resnet50v2", "ResNet50V2", "ResNet50V2", blocks=_blocks("conv{}_", 5)),
        Architecture(
            "vgg16",
            "VGG16",
            "VGG16",
            target_layer="block5_conv3",
            max_pool=2,
            blocks=_blocks("block{}_", 5),
        ),
    )
}


class _Titles(Mapping[str, str]):
    """The titles of a table of networks by their names, as the table stands at the time."""

    def __init__(self, table: Mapping[str, Architecture]) -> None:
        self._table = table

    def __getitem__(self, name: str) -> str:
        return self._table[name].title

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)

    def __repr__(self) -> str:
        return repr(dict(self))


ARCHITECTURES: Mapping[str, str] = _Titles(REGISTRY)
TOGETHER = "together"  # folder and name of the mean of a run's calibrated networks


def title_of(name: str) -> str:
    """The title of a network, or of the mean of several; the name itself where none is known."""
    return Message("All together") if name == TOGETHER else ARCHITECTURES.get(name, name)


def mean_of(members: Sequence[str]) -> Message:
    """Say what the mean of some networks, by their names, is the mean of."""
    return Message(
        "The mean of the calibrated probabilities of {networks}, calibrated again.",
        networks=in_words([title_of(name) for name in members]),
    )
