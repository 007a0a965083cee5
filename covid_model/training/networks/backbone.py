"""Networks without their top and where their weights come from."""

import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import keras

from covid_model.common.architectures import REGISTRY, Architecture
from covid_model.common.errors import WeightsError
from covid_model.training.recipes.parts import UNIT
from covid_model.training.recipes.sizes import check_size

IMAGENET_ORIGIN = "ImageNet weights of keras.applications"
RANDOM_ORIGIN = "random weights, never trained"


@dataclass(frozen=True)
class Backbone:
    """A network without its top, with one sentence on where its weights came from.

    ``model`` maps float32 (n, h, w, 3) in [0, 1] to the last feature maps. ``cut`` says that it
    ends elsewhere than the architecture does: its own output is then what Grad-CAM explains.
    ``computes`` tells it from networks of the same weights that compute something else, "" where
    the weights alone tell.
    """

    architecture: Architecture
    model: keras.Model
    origin: str
    cut: bool = False
    computes: str = ""

    @property
    def target_output(self) -> keras.KerasTensor:
        """The symbolic feature maps (n, h, w, c) that Grad-CAM explains."""
        name = "" if self.cut else self.architecture.target_layer
        return self.model.get_layer(name).output if name else self.model.output

    @property
    def target_layer(self) -> str:
        """The name of the layer that Grad-CAM explains."""
        name = "" if self.cut else self.architecture.target_layer
        return name or self.model.layers[-1].name

    @property
    def max_pool(self) -> int:
        """Size of the max pooling between these maps and the head, 0 for none."""
        return 0 if self.cut else self.architecture.max_pool

    def digest(self) -> str:
        """SHA-256 over the architecture, the input shape, what it computes and every weight."""
        what = f"{self.architecture.name} {self.model.input_shape}{self.computes}"
        digest = hashlib.sha256(what.encode())
        for weight in self.model.get_weights():
            digest.update(weight.tobytes())
        return digest.hexdigest()


def build_backbone(
    name: str, *, weights: str = "random", size: int | None = 237, scaling: str = UNIT
) -> Backbone:
    """Build a network without its top.

    Args:
        name: key of ``REGISTRY``.
        weights: ``"imagenet"``, ``"random"``, a weights file, or a folder that holds
            ``<name>.weights.h5`` as the pretrain recipe writes it.
        size: input height, which is also the width, in pixels; None for any size.
        scaling: "unit" where the convolutions take pixels in [0, 1]; "imagenet" where they take
            what ``preprocess_input`` of keras.applications makes of them, which then is part of
            the network, so that its input stays in [0, 1].

    Raises:
        WeightsError: if the weights cannot be had or do not fit.
        UsageError: if Keras does not build it for images so small.
    """
    if name not in REGISTRY:
        raise WeightsError(f"Expected a network of {', '.join(REGISTRY)}. Received: {name!r}.")
    architecture = REGISTRY[name]
    if size is not None:
        check_size(name, size)
    model, origin = _with_weights(architecture, size, weights)
    if scaling == UNIT:
        return Backbone(architecture, model, origin)
    return Backbone(architecture, _scaled(model, architecture), origin, computes=scaling)


def _with_weights(
    architecture: Architecture, size: int | None, weights: str
) -> tuple[keras.Model, str]:
    """A network without its top, with one sentence on where its weights came from."""
    if weights == "imagenet":
        return _imagenet(architecture, size), IMAGENET_ORIGIN
    model = _build(architecture, size, None)
    if weights == "random":
        _he_normal(model)
        return model, RANDOM_ORIGIN
    path = _weights_file(Path(weights), architecture.name)
    try:
        model.load_weights(path)
    except Exception as error:
        raise WeightsError(
            f"{path} does not hold the weights of {architecture.title} without its top "
            f"({str(error).splitlines()[0]}): give the file that was saved for this network."
        ) from error
    return model, _origin_of(path)


def _build(architecture: Architecture, size: int | None, weights: str | None) -> keras.Model:
    builder = getattr(keras.applications, architecture.builder)
    return builder(include_top=False, weights=weights, input_shape=(size, size, 3))


def _scaled(model: keras.Model, architecture: Architecture) -> keras.Model:
    """The same convolutions behind their ``preprocess_input``, as one flat graph."""
    builder = getattr(keras.applications, architecture.builder)
    preprocess = sys.modules[builder.__module__].preprocess_input
    image = keras.Input(model.input_shape[1:], name="image")
    scaled = builder(include_top=False, weights=None, input_tensor=preprocess(image * 255.0))
    scaled.set_weights(model.get_weights())
    return keras.Model(image, scaled.output)


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
    """Give plain convolutions He-normal weights: no plain network starts from Keras' defaults."""
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
