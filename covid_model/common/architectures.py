"""The networks: how each is built, where its Grad-CAM looks."""

from dataclasses import dataclass

ARCHITECTURES: dict[str, str] = {
    "xception": "Xception",
    "resnet50v2": "ResNet50V2",
    "vgg16": "VGG16",
}


@dataclass(frozen=True)
class Architecture:
    """One network of keras.applications as this project uses it.

    Attributes:
        name: key of ``architectures.ARCHITECTURES``.
        builder: name of the function in ``keras.applications``.
        target_layer: layer whose output Grad-CAM explains, "" for the backbone's own output.
        max_pool: size of the max pooling between the target layer and the head, 0 for none.
        blocks: how the names of each block's layers begin, from the image to the head.
    """

    name: str
    builder: str
    target_layer: str = ""
    max_pool: int = 0
    blocks: tuple[str, ...] = ()


def _blocks(pattern: str, count: int) -> tuple[str, ...]:
    return tuple(pattern.format(number) for number in range(1, count + 1))


REGISTRY: dict[str, Architecture] = {
    "xception": Architecture("xception", "Xception", blocks=_blocks("block{}_", 14)),
    "resnet50v2": Architecture("resnet50v2", "ResNet50V2", blocks=_blocks("conv{}_", 5)),
    "vgg16": Architecture(
        "vgg16", "VGG16", target_layer="block5_conv3", max_pool=2, blocks=_blocks("block{}_", 5)
    ),
}
