"""PyTorch's own kernels for the layers that a training spends its time in.

They reach into both libraries: tested with Keras 3.15.1 on PyTorch 2.13.0, by
``tests/unit/training/networks/test_torch_kernels.py`` wherever PyTorch is installed.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import keras

CONVOLUTION, SEPARABLE = keras.layers.Conv2D, keras.layers.SeparableConv2D
NORMALIZATION = keras.layers.BatchNormalization
Method = Callable[..., Any]


def torch_kernels() -> AbstractContextManager[None]:
    """Compute with PyTorch's fused kernels within the block; nothing changes on other backends.

    Keras writes batch normalisation, padding, bias and clipping as chains of small operations,
    each of which passes over all feature maps or gradients. The results are the same but for
    rounding, and for the running variance, which PyTorch takes from the unbiased estimate.
    """
    return _patched() if keras.backend.backend() == "torch" else nullcontext()


@contextmanager
def _patched() -> Iterator[None]:
    patches = (
        (CONVOLUTION, "call", _convolution),
        (SEPARABLE, "call", _separable),
        (NORMALIZATION, "call", _normalization),
        (keras.optimizers.AdamW, "_clip_gradients", _clip_each),
        (keras.optimizers.AdamW, "_apply_weight_decay", _decay_later),
        (keras.optimizers.AdamW, "_backend_update_step", _fused_step),
    )
    before = [(owner, name, owner.__dict__.get(name)) for owner, name, _ in patches]
    for (owner, name, make), (_, _, own) in zip(patches, before, strict=True):
        setattr(owner, name, make(own or getattr(owner, name)))
    try:
        yield
    finally:
        for owner, name, own in before:
            delattr(owner, name) if own is None else setattr(owner, name, own)


def arrange(model: keras.Model) -> None:
    """Store kernels, with the optimizer's moments, in the order that PyTorch convolves in.

    Their shape stays (height, width, in, out); without it every step transposes every kernel.

    Args:
        model: a compiled model; on other backends it stays as it is.
    """
    if keras.backend.backend() != "torch":
        return
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    kernels = {tuple(v.shape) for v in model.trainable_variables if len(v.shape) == 4}
    for variable in [*model.trainable_variables, *model.optimizer.variables]:
        if tuple(variable.shape) in kernels:
            tensor = variable.value
            tensor.data = tensor.data.permute(3, 0, 1, 2).contiguous().permute(1, 2, 3, 0)


def _convolution(own: Method) -> Method:
    def call(self: Any, inputs: Any) -> Any:
        padding = _padding(self, inputs)
        if padding is None:
            return own(self, inputs)
        kernel = keras.ops.convert_to_tensor(self.kernel)
        bias = keras.ops.convert_to_tensor(self.bias) if self.use_bias else None
        out = _conv2d(inputs.permute(0, 3, 1, 2), kernel, bias, self.strides, padding)
        return _activated(self, out)

    return call


def _separable(own: Method) -> Method:
    def call(self: Any, inputs: Any) -> Any:
        padding = _padding(self, inputs)
        if padding is None or self.depth_multiplier != 1:
            return own(self, inputs)
        depthwise = keras.ops.convert_to_tensor(self.depthwise_kernel).permute(0, 1, 3, 2)
        pointwise = keras.ops.convert_to_tensor(self.pointwise_kernel)
        bias = keras.ops.convert_to_tensor(self.bias) if self.use_bias else None
        x = inputs.permute(0, 3, 1, 2)
        x = _conv2d(x, depthwise, None, self.strides, padding, groups=x.shape[1])
        return _activated(self, _conv2d(x, pointwise, bias, 1, 0))

    return call


def _normalization(own: Method) -> Method:
    def call(self: Any, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        if mask is not None or self.renorm or self.axis not in (-1, 3) or not _usable(inputs):
            return own(self, inputs, training=training, mask=mask)
        from torch.nn import functional

        gamma, beta = (v.value if v is not None else None for v in (self.gamma, self.beta))
        out = functional.batch_norm(
            inputs.permute(0, 3, 1, 2),
            self.moving_mean.value,
            self.moving_variance.value,
            gamma,
            beta,
            bool(training and self.trainable),
            1 - self.momentum,
            self.epsilon,
        )
        if out.requires_grad:
            out.register_hook(_channels_last)
        return out.permute(0, 2, 3, 1)

    return call


def _channels_last(gradient: Any) -> Any:
    """The gradient in the layout of the feature maps: another one takes the slow path, 20 times."""
    import torch

    return gradient.contiguous(memory_format=torch.channels_last)


def _clip_each(own: Method) -> Method:
    def clip(self: Any, gradients: list[Any]) -> list[Any]:
        if not self.clipnorm or any(gradient is None for gradient in gradients):
            return own(self, gradients)
        import torch

        norms = torch._foreach_norm(gradients)
        factors = [self.clipnorm / norm.clamp(min=self.clipnorm) for norm in norms]
        return torch._foreach_mul(gradients, factors)

    return clip


def _decay_later(own: Method) -> Method:
    def decay(self: Any, variables: list[Any]) -> None:
        if not _fusible(self, variables):
            own(self, variables)

    return decay


def _fused_step(own: Method) -> Method:
    """AdamW in one pass over the weights, their decay included, in place of a dozen."""

    def step(self: Any, gradients: list[Any], variables: list[Any], learning_rate: Any) -> None:
        if not _fusible(self, variables):
            own(self, gradients, variables, learning_rate)
            return
        import torch

        places = [self._get_variable_index(variable) for variable in variables]
        values, moments, squares = (
            [variable.value.detach() for variable in group]
            for group in (
                variables,
                [self._momentums[place] for place in places],
                [self._velocities[place] for place in places],
            )
        )
        count = float(self.iterations) + 1
        torch._fused_adamw_(
            values,
            [
                _in_layout_of(gradient, value)
                for gradient, value in zip(gradients, values, strict=True)
            ],
            moments,
            squares,
            [],
            [torch.tensor(count)] * len(values),
            lr=float(learning_rate),
            beta1=self.beta_1,
            beta2=self.beta_2,
            weight_decay=self.weight_decay,
            eps=self.epsilon / math.sqrt(1 - self.beta_2**count),  # Keras adds it earlier
            amsgrad=False,
            maximize=False,
        )

    return step


def _fusible(optimizer: Any, variables: list[Any]) -> bool:
    """Whether PyTorch's fused AdamW computes what this optimizer is asked for."""
    return (
        not optimizer.amsgrad
        and all(map(optimizer._use_weight_decay, variables))
        and all(str(variable.value.dtype) == "torch.float32" for variable in variables)
    )


def _in_layout_of(gradient: Any, value: Any) -> Any:
    """The gradient in the memory layout of its weights, which the fused step goes by."""
    import torch

    gradient = gradient.detach()
    if gradient.stride() == value.stride():
        return gradient
    return torch.empty_like(value).copy_(gradient)


def _usable(inputs: Any) -> bool:
    """Whether inputs are images with numbers: Keras also calls layers to learn their shapes."""
    return inputs.ndim == 4 and inputs.device.type != "meta"


def _padding(layer: Any, inputs: Any) -> tuple[int, int] | None:
    """The padding of each side, None where the layer asks for more than PyTorch's kernel does."""
    if not _usable(inputs) or layer.data_format != "channels_last" or layer.dilation_rate != (1, 1):
        return None
    if layer.activation not in (None, keras.activations.linear, keras.activations.relu):
        return None
    if layer.padding == "valid" or layer.kernel_size == (1, 1):
        return 0, 0
    odd = all(side % 2 for side in layer.kernel_size)
    if layer.padding != "same" or layer.strides != (1, 1) or not odd:
        return None
    return layer.kernel_size[0] // 2, layer.kernel_size[1] // 2


def _conv2d(x: Any, kernel: Any, bias: Any, strides: Any, padding: Any, groups: int = 1) -> Any:
    from torch.nn import functional

    kernel = kernel.to(x.dtype).permute(3, 2, 0, 1)
    bias = None if bias is None else bias.to(x.dtype)
    return functional.conv2d(x, kernel, bias, strides, padding, groups=groups)


def _activated(layer: Any, out: Any) -> Any:
    """The layer's activation, channels last again."""
    if layer.activation is keras.activations.relu:
        out = out.relu_()
    return out.permute(0, 2, 3, 1)
