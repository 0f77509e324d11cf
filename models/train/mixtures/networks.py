"""The small networks, as functions of one vector of parameters."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

HIDDEN = 64
TIME = 16  # features of the time


def sizes(inputs: int, outputs: int) -> list[tuple[int, ...]]:
    """Shapes of the parameters of a network with two hidden layers: matrix and bias of each layer."""
    widths = (inputs, HIDDEN, HIDDEN, outputs)
    return [shape for before, after in zip(widths, widths[1:]) for shape in ((after, before), (after,))]


def count(shapes: list[tuple[int, ...]]) -> int:
    return sum(math.prod(shape) for shape in shapes)


def unpack(parameters: torch.Tensor, shapes: list[tuple[int, ...]]) -> list[torch.Tensor]:
    """The vector [P] as tensors of the given shapes, in order."""
    return [part.reshape(shape) for part, shape in zip(parameters.split([math.prod(shape) for shape in shapes]), shapes)]


def initial(shapes: list[tuple[int, ...]], generator: torch.Generator) -> torch.Tensor:
    """He's initialisation as one vector, biases 0."""
    parts = [torch.randn(shape, generator=generator) * (2 / shape[1]) ** 0.5 if len(shape) == 2 else torch.zeros(shape) for shape in shapes]
    return torch.cat([part.flatten() for part in parts])


def perceptron(parameters: list[torch.Tensor], x: torch.Tensor, activation=F.silu) -> torch.Tensor:
    first, first_bias, second, second_bias, third, third_bias = parameters
    x = activation(x @ first.T + first_bias)
    x = activation(x @ second.T + second_bias)
    return x @ third.T + third_bias


ENCODER, DECODER = sizes(2, 4), sizes(2, 2)
VAE = [*ENCODER, *DECODER, (1,)]  # last: log of the likelihood's deviation
GENERATOR, DISCRIMINATOR = sizes(2, 2), sizes(2, 1)
DENOISER = sizes(2 + TIME, 2)


def encode(parameters: torch.Tensor, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and log-variance [B, 2] of q(z|x)."""
    return perceptron(unpack(parameters, VAE)[:6], x).split(2, dim=1)


def decode(parameters: torch.Tensor, z: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean [B, 2] of p(x|z), and the log of its deviation [1]."""
    parts = unpack(parameters, VAE)
    return perceptron(parts[6:12], z), parts[12]


def generate(parameters: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
    return perceptron(unpack(parameters, GENERATOR), z)


def discriminate(parameters: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Scores [B] of points [B, 2]."""
    return perceptron(unpack(parameters, DISCRIMINATOR), x)[:, 0]


def denoise(parameters: torch.Tensor, x: torch.Tensor, alpha_bar: torch.Tensor) -> torch.Tensor:
    """The noise [B, 2] in x_t [B, 2]; time enters by its log signal-to-noise ratio."""
    time = (alpha_bar / (1 - alpha_bar)).log()[:, None]
    angle = time * torch.exp(torch.arange(TIME // 2) * (math.log(8.0) / (TIME // 2 - 1)) - math.log(8.0))[None]
    return perceptron(unpack(parameters, DENOISER), torch.cat([x, angle.cos(), angle.sin()], dim=1))
