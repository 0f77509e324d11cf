"""Training steps as functions: loss, gradients and Adam, parameters and optimiser state in and out. They are what is exported.

A state is three vectors [P] (parameters, first and second moment) and the number of steps before this one []. Every coefficient is an
input [], so that it may change while a model trains."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch.func import grad, grad_and_value

from . import networks

EPSILON = 1e-8
STATE = ("parameters", "first", "second", "step")
NEXT = tuple(f"next_{name}" for name in STATE)


def plus_tiny(x: torch.Tensor, tiny: float) -> torch.Tensor:
    """x + tiny, to the last bit: both are scaled by a power of 2. The exporter drops what is added and 1e-8 or less, as if it were 0."""
    scale = 2.0**40
    return (x * scale + tiny * scale) / scale


def adam(parameters, first, second, step, gradient, rate, beta1, beta2):
    """Adam (Kingma and Ba 2015, arXiv:1412.6980, algorithm 1): the new state."""
    step = step + 1
    first = beta1 * first + (1 - beta1) * gradient
    second = beta2 * second + (1 - beta2) * gradient * gradient
    parameters = parameters - rate * (first / (1 - beta1**step)) / plus_tiny((second / (1 - beta2**step)).sqrt(), EPSILON)
    return parameters, first, second, step


def vae_loss(parameters, x, noise, beta):
    """-ELBO with the KL term times beta, mean over the batch in nats; beside it the mean log p(x|z) and the KL by dimension [2]."""
    mean, log_variance = networks.encode(parameters, x)
    location, log_deviation = networks.decode(parameters, mean + (0.5 * log_variance).exp() * noise)
    squares = ((x - location) * (-log_deviation).exp()) ** 2
    reconstruction = (-0.5 * squares - log_deviation - 0.5 * math.log(2 * math.pi)).sum(dim=1).mean()
    kl = 0.5 * (mean**2 + log_variance.exp() - log_variance - 1).mean(dim=0)
    return beta * kl.sum() - reconstruction, (reconstruction, kl)


def vae_step(parameters, first, second, step, x, noise, beta, rate, beta1, beta2):
    gradient, (loss, (reconstruction, kl)) = grad_and_value(vae_loss, has_aux=True)(parameters, x, noise, beta)
    return *adam(parameters, first, second, step, gradient, rate, beta1, beta2), loss, reconstruction, kl


# By loss: the discriminator's of scores of real and generated points, and the generator's of scores of generated ones.
LOSSES: dict[str, tuple[Callable, Callable]] = {
    "minimax": (lambda real, fake: F.softplus(-real).mean() + F.softplus(fake).mean(), lambda fake: -F.softplus(fake).mean()),
    "non-saturating": (lambda real, fake: F.softplus(-real).mean() + F.softplus(fake).mean(), lambda fake: F.softplus(-fake).mean()),
    "hinge": (lambda real, fake: F.relu(1 - real).mean() + F.relu(1 + fake).mean(), lambda fake: -fake.mean()),
    "least-squares": (lambda real, fake: 0.5 * ((real - 1) ** 2).mean() + 0.5 * (fake**2).mean(), lambda fake: 0.5 * ((fake - 1) ** 2).mean()),
    "wasserstein": (lambda real, fake: fake.mean() - real.mean(), lambda fake: -fake.mean()),
}


def slopes(parameters, x):
    """Gradients of the scores [B, 2] at points [B, 2]."""
    return grad(lambda points: networks.discriminate(parameters, points).sum())(x)


def discriminator_step(loss: str):
    """Of the named loss, with R1 (r1 / 2 times the mean squared slope at real points), a gradient penalty (gp times the mean squared
    distance of the slope from 1, at random points between real and generated ones) and clipping of the parameters to +-clip."""

    def step_of(parameters, first, second, step, generator, real, z, between, r1, gp, clip, rate, beta1, beta2):
        fake = networks.generate(generator, z)

        def total(parameters):
            plain = LOSSES[loss][0](networks.discriminate(parameters, real), networks.discriminate(parameters, fake))
            at_real = (slopes(parameters, real) ** 2).sum(dim=1).mean()
            steepness = plus_tiny((slopes(parameters, between * real + (1 - between) * fake) ** 2).sum(dim=1), 1e-12).sqrt()
            penalty = 0.5 * r1 * at_real + gp * ((steepness - 1) ** 2).mean()
            return plain + penalty, (plain, penalty)

        gradient, (_, (plain, penalty)) = grad_and_value(total, has_aux=True)(parameters)
        parameters, first, second, step = adam(parameters, first, second, step, gradient, rate, beta1, beta2)
        return torch.minimum(torch.maximum(parameters, -clip), clip), first, second, step, plain, penalty

    return step_of


def generator_step(loss: str):
    def step_of(parameters, first, second, step, discriminator, z, rate, beta1, beta2):
        def total(parameters):
            return LOSSES[loss][1](networks.discriminate(discriminator, networks.generate(parameters, z)))

        gradient, value = grad_and_value(total)(parameters)
        return *adam(parameters, first, second, step, gradient, rate, beta1, beta2), value

    return step_of


def denoiser_loss(parameters, x, noise, alpha_bar):
    noised = alpha_bar.sqrt()[:, None] * x + (1 - alpha_bar).sqrt()[:, None] * noise
    return ((networks.denoise(parameters, noised, alpha_bar) - noise) ** 2).mean()


def denoiser_step(parameters, first, second, step, x, noise, alpha_bar, rate, beta1, beta2):
    gradient, loss = grad_and_value(denoiser_loss)(parameters, x, noise, alpha_bar)
    return *adam(parameters, first, second, step, gradient, rate, beta1, beta2), loss
