"""The networks: how each is built, where its Grad-CAM looks, where its weights come from."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import keras

from covid_model.common.classes import CLASS_NAMES
from covid_model.common.errors import WeightsError
from covid_model.runs import ARCHITECTURES

IMAGENET_ORIGIN = "ImageNet weights of keras.applications"
RANDOM_ORIGIN = "random weights, never trained"


@dataclass(frozen=True)
class Architecture:
    """One network of keras.applications as this project uses it.

    Attributes:
        name: key of ``runs.ARCHITECTURES``.
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


@dataclass(frozen=True)
class Backbone:
    """A network without its top, beside one sentence on where its weights came from.

    ``model`` maps float32 (n, h, w, 3) in [0, 1] to the last feature maps.
    """

    architecture: Architecture
    model: keras.Model
    origin: str

    @property
    def target_output(self) -> keras.KerasTensor:
        """The symbolic feature maps (n, h, w, c) that Grad-CAM explains."""
        name = self.architecture.target_layer
        return self.model.get_layer(name).output if name else self.model.output

    @property
    def target_layer(self) -> str:
        """The name of the layer that Grad-CAM explains."""
        return self.architecture.target_layer or self.model.layers[-1].name

    def digest(self) -> str:
        """SHA-256 over the architecture, the input shape and every weight."""
        digest = hashlib.sha256(f"{self.architecture.name} {self.model.input_shape}".encode())
        for weight in self.model.get_weights():
            digest.update(weight.tobytes())
        return digest.hexdigest()


def build_backbone(name: str, *, weights: str = "random", size: int | None = 237) -> Backbone:
    """Build a network without its top.

    Args:
        name: key of ``REGISTRY``.
        weights: ``"imagenet"``, ``"random"``, a weights file, or a folder that holds
            ``<name>.weights.h5`` as the pretrain recipe writes it.
        size: input height, which is also the width, in pixels; None for any size.

    Raises:
        WeightsError: if the weights cannot be had or do not fit.
    """
    if name not in REGISTRY:
        raise WeightsError(f"Expected a network of {', '.join(REGISTRY)}. Received: {name!r}.")
    architecture = REGISTRY[name]
    if weights == "imagenet":
        return Backbone(architecture, _imagenet(architecture, size), IMAGENET_ORIGIN)
    model = _build(architecture, size, None)
    if weights == "random":
        _he_normal(model)
        return Backbone(architecture, model, RANDOM_ORIGIN)
    path = _weights_file(Path(weights), name)
    try:
        model.load_weights(path)
    except Exception as error:
        raise WeightsError(
            f"{path} does not hold the weights of {ARCHITECTURES[name]} without its top "
            f"({str(error).splitlines()[0]}): give the file that was saved for this network."
        ) from error
    return Backbone(architecture, model, _origin_of(path))


def paper_head(
    features: keras.KerasTensor, *, units: int, dropout: float, seed: int
) -> keras.KerasTensor:
    """Attach the paper's head behind its pooling: Flatten, Dense, Dropout, softmax.

    Args:
        features: pooled feature maps (n, h, w, c).
        units: width of the hidden layer.
        dropout: dropped share of the hidden layer, in [0, 1).
        seed: seed of the initial weights of both layers and of the dropout.

    Returns:
        Class probabilities (n, 3).
    """
    flat = keras.layers.Flatten(name="flatten")(features)
    return classifier(flat, units=units, dropout=dropout, seed=seed)


def classifier(x: keras.KerasTensor, *, units: int, dropout: float, seed: int) -> keras.KerasTensor:
    """Attach Dense, Dropout, softmax to features (n, c), as ``paper_head`` does."""
    glorot = keras.initializers.GlorotUniform
    x = keras.layers.Dense(
        units, activation="relu", kernel_initializer=glorot(seed), name="hidden"
    )(x)
    x = keras.layers.Dropout(dropout, seed=seed, name="dropout")(x)
    return keras.layers.Dense(
        len(CLASS_NAMES),
        activation="softmax",
        kernel_initializer=glorot(seed + 1),
        dtype="float32",
        name="probabilities",
    )(x)


def pooled_output(backbone: Backbone) -> keras.KerasTensor:
    """The backbone's output behind the paper's AveragePooling2D(2, 2)."""
    return keras.layers.AveragePooling2D((2, 2), name="pooled")(backbone.model.output)


def _build(architecture: Architecture, size: int | None, weights: str | None) -> keras.Model:
    builder = getattr(keras.applications, architecture.builder)
    return builder(include_top=False, weights=weights, input_shape=(size, size, 3))


def _imagenet(architecture: Architecture, size: int | None) -> keras.Model:
    try:
        return _build(architecture, size, "imagenet")
    except Exception as error:
        raise WeightsError(
            f"The ImageNet weights of {architecture.builder} are neither in Keras' cache "
            "(~/.keras/models, or $KERAS_HOME/models) nor can they be downloaded "
            f"({str(error).splitlines()[0]}). Connect to the internet once, or use --weights "
            "PATH with weights you have, or --weights random."
        ) from error


def _he_normal(model: keras.Model) -> None:
    """Give plain convolutions He-normal weights: VGG16 does not start from Keras' defaults."""
    for layer in model.layers:
        if type(layer) is keras.layers.Conv2D:
            layer.kernel.assign(keras.initializers.HeNormal()(layer.kernel.shape))


def _weights_file(path: Path, name: str) -> Path:
    file = path / f"{name}.weights.h5" if path.is_dir() else path
    if not file.is_file():
        raise WeightsError(
            f"Expected --weights imagenet, random, a weights file, or a folder with "
            f"{name}.weights.h5. Received: {path}, where there is no such file."
        )
    return file


def _origin_of(path: Path) -> str:
    """The origin that the pretrain recipe wrote beside the weights, else the file's name."""
    note = path.with_name(path.name.replace(".weights.h5", ".json"))
    if note != path and note.is_file():
        return str(json.loads(note.read_text("utf-8"))["origin"])
    return f"the weights file {path.name}, of unknown training"
