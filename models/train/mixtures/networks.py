"""The small networks, as functions of one vector of parameters."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

HIDDEN = 64
TIME = 16  # features of the time
# 2^13 steps of the power iteration: singular values that differ by a thousandth are told apart to single precision.
SQUARINGS = 13


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


def spectral_norm(matrix: torch.Tensor) -> torch.Tensor:
    """The largest singular value [], u' W v of its vectors, which are held constant as in Miyato et al. 2018 (arXiv:1802.05957, equation 11).

    Theirs come of one step of the power iteration a time; here the smaller of W W' and W' W is squared again and again, which is that many
    steps at once, so that the value depends on nothing but the matrix."""
    fixed = matrix.detach()
    fixed = fixed if fixed.shape[0] >= fixed.shape[1] else fixed.T
    gram = fixed.T @ fixed
    for _ in range(SQUARINGS if len(gram) > 1 else 0):
        # Within a factor of its size to 1, whatever the matrix; of zeros, zeros.
        gram = gram / gram.diagonal().sum().clamp_min(torch.finfo(gram.dtype).tiny)
        gram = gram @ gram
    # What is left is v v', of which the column with the longest entry is the best to read v from.
    right = gram.index_select(1, gram.diagonal().argmax(dim=0, keepdim=True))
    left = unit(fixed @ right)
    right = unit(fixed.T @ left)
    left, right = (left, right) if matrix.shape[0] >= matrix.shape[1] else (right, left)
    return (left.T @ matrix @ right)[0, 0]


def unit(vector: torch.Tensor) -> torch.Tensor:
    return vector / (vector**2).sum().sqrt().clamp_min(torch.finfo(vector.dtype).tiny)


def restrained(parts: list[torch.Tensor], spectral: torch.Tensor) -> list[torch.Tensor]:
    """Each matrix with the spectral norm `spectral` []; as they are where that is 0. A matrix of zeros stays."""
    def of(part: torch.Tensor) -> torch.Tensor:
        norm = spectral_norm(part)
        return part * torch.where((spectral > 0) & (norm > 0), spectral / torch.where(norm > 0, norm, 1.0), 1.0)

    return [of(part) if part.dim() == 2 else part for part in parts]


def discriminator(parameters: torch.Tensor, spectral: torch.Tensor | None = None) -> list[torch.Tensor]:
    """The discriminator's matrices and biases; None: never normalised."""
    parts = unpack(parameters, DISCRIMINATOR)
    return parts if spectral is None else restrained(parts, spectral)


def scores_of(parts: list[torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    """Scores [B] of points [B, 2]."""
    return perceptron(parts, x)[:, 0]


def slopes_of(parts: list[torch.Tensor], x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Scores [B] of points [B, 2] and their gradients [B, 2]. By the chain rule as it stands, so that a step's gradient is differentiated once."""
    first, first_bias, second, second_bias, third, third_bias = parts
    inner = x @ first.T + first_bias
    outer = F.silu(inner) @ second.T + second_bias
    score = F.silu(outer) @ third.T + third_bias
    return score[:, 0], ((third * silu_slope(outer)) @ second * silu_slope(inner)) @ first


def silu_slope(x: torch.Tensor) -> torch.Tensor:
    share = torch.sigmoid(x)
    return share * (1 + x * (1 - share))


def discriminate(parameters: torch.Tensor, x: torch.Tensor, spectral: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Scores [B] of points [B, 2], and their gradients [B, 2]."""
    return slopes_of(discriminator(parameters, spectral), x)


def frame(generator: torch.Tensor, parameters: torch.Tensor, spectral: torch.Tensor, z: torch.Tensor, grid: torch.Tensor, middles: torch.Tensor):
    """All of a picture in one run: points [n, 2] of z, their scores [n] and slopes [n, 2], the grid [m, 2] behind the generator, and the scores [k] of
    fixed places."""
    parts = discriminator(parameters, spectral)
    x = generate(generator, z)
    return x, *slopes_of(parts, x), generate(generator, grid), scores_of(parts, middles)


def timed(x: torch.Tensor, alpha_bar: torch.Tensor) -> torch.Tensor:
    """What the denoiser is given [B, 2 + TIME]: x_t [B, 2], and waves of the log signal-to-noise ratio."""
    time = (alpha_bar / (1 - alpha_bar)).log()[:, None]
    angle = time * torch.exp(torch.arange(TIME // 2) * (math.log(8.0) / (TIME // 2 - 1)) - math.log(8.0))[None]
    return torch.cat([x, angle.cos(), angle.sin()], dim=1)


def denoise(parameters: torch.Tensor, x: torch.Tensor, alpha_bar: torch.Tensor) -> torch.Tensor:
    """The noise [B, 2] in x_t [B, 2]; time enters by its log signal-to-noise ratio."""
    return perceptron(unpack(parameters, DENOISER), timed(x, alpha_bar))


def denoise_with_divergence(parameters: torch.Tensor, x: torch.Tensor, alpha_bar: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The noise [B, 2] in x_t [B, 2], and its divergence by x_t [B]: the trace of the chain rule's product, without the product."""
    first, first_bias, second, second_bias, third, third_bias = unpack(parameters, DENOISER)
    inner = timed(x, alpha_bar) @ first.T + first_bias
    outer = F.silu(inner) @ second.T + second_bias
    around = second * (first[:, :2] @ third).T
    divergence = ((silu_slope(outer) @ around) * silu_slope(inner)).sum(dim=1)
    return F.silu(outer) @ third.T + third_bias, divergence
