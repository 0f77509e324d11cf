"""Training steps as functions: loss, gradients and Adam, parameters and optimiser state in and out. They are what is exported.

A state is three vectors [P] (parameters, first and second moment) and the number of steps before this one []. Every coefficient is an
input [], so that it may change while a model trains."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch.func import grad_and_value

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


# In the order of their numbers, by which a step is told its loss.
LOSSES = ("minimax", "non-saturating", "hinge", "least-squares", "wasserstein")


def chosen(loss_index, **values):
    """The value of the loss with the number `loss_index`. Those that are not chosen have no part in the gradient."""
    result = values["wasserstein"]
    for name in ("least_squares", "hinge", "non_saturating", "minimax"):
        result = torch.where(loss_index == LOSSES.index(name.replace("_", "-")), values[name], result)
    return result


def discriminator_costs(loss_index, score, sign):
    """What scores [B] cost the discriminator: sign [B] is 1 at real points and -1 at generated ones."""
    signed = sign * score
    log = F.softplus(-signed)
    return chosen(loss_index, minimax=log, non_saturating=log, hinge=F.relu(1 - signed), least_squares=0.5 * (score - (1 + sign) / 2) ** 2, wasserstein=-signed)


def generator_costs(loss_index, score):
    """What scores [B] of generated points cost the generator."""
    return chosen(loss_index, minimax=-F.softplus(score), non_saturating=F.softplus(-score), hinge=-score, least_squares=0.5 * (score - 1) ** 2, wasserstein=-score)


def discriminator_step(parameters, first, second, step, generator, real, z, real_noise, fake_noise, loss_index, noise, clip, rate, beta1, beta2):
    """Of the chosen loss, on points with `noise` times the given noise, with clipping of the parameters to +-clip."""
    seen = torch.cat([real + noise * real_noise, networks.generate(generator, z) + noise * fake_noise])
    sign = torch.cat([torch.ones(len(real)), -torch.ones(len(z))])

    def total(parameters):
        return discriminator_costs(loss_index, networks.scores_of(networks.discriminator(parameters), seen), sign).sum() / len(real)

    gradient, plain = grad_and_value(total)(parameters)
    parameters, first, second, step = adam(parameters, first, second, step, gradient, rate, beta1, beta2)
    return clipped(parameters, clip), first, second, step, plain


def restrained_discriminator_step(parameters, first, second, step, generator, real, z, between, real_noise, fake_noise, loss_index, noise, spectral, r1, gp,
                                  clip, rate, beta1, beta2):
    """The same with matrices of the spectral norm `spectral` (0: as they are), R1 (r1 / 2 times the mean squared slope at real points) and a gradient
    penalty (gp times the mean squared distance of the slope from 1, at random points between real and generated ones)."""
    seen_real, seen_fake = real + noise * real_noise, networks.generate(generator, z) + noise * fake_noise
    seen = torch.cat([seen_real, seen_fake])
    sign = torch.cat([torch.ones(len(real)), -torch.ones(len(z))])
    steep_at = torch.cat([seen_real, between * seen_real + (1 - between) * seen_fake])

    def total(parameters):
        parts = networks.discriminator(parameters, spectral)
        plain = discriminator_costs(loss_index, networks.scores_of(parts, seen), sign).sum() / len(real)
        at_real, at_between = (networks.slopes_of(parts, steep_at)[1] ** 2).sum(dim=1).split(len(real))
        penalty = 0.5 * r1 * at_real.mean() + gp * ((plus_tiny(at_between, 1e-12).sqrt() - 1) ** 2).mean()
        return plain + penalty, (plain, penalty)

    gradient, (_, (plain, penalty)) = grad_and_value(total, has_aux=True)(parameters)
    parameters, first, second, step = adam(parameters, first, second, step, gradient, rate, beta1, beta2)
    return clipped(parameters, clip), first, second, step, plain, penalty


def clipped(parameters, clip):
    return torch.minimum(torch.maximum(parameters, -clip), clip)


def generator_step(parameters, first, second, step, discriminator, z, fake_noise, loss_index, noise, rate, beta1, beta2):
    return of_generator(parameters, first, second, step, networks.discriminator(discriminator), z, fake_noise, loss_index, noise, rate, beta1, beta2)


def restrained_generator_step(parameters, first, second, step, discriminator, z, fake_noise, loss_index, noise, spectral, rate, beta1, beta2):
    parts = networks.discriminator(discriminator, spectral)
    return of_generator(parameters, first, second, step, parts, z, fake_noise, loss_index, noise, rate, beta1, beta2)


def of_generator(parameters, first, second, step, parts, z, fake_noise, loss_index, noise, rate, beta1, beta2):
    def total(parameters):
        return generator_costs(loss_index, networks.scores_of(parts, networks.generate(parameters, z) + noise * fake_noise)).mean()

    gradient, value = grad_and_value(total)(parameters)
    return *adam(parameters, first, second, step, gradient, rate, beta1, beta2), value


def denoiser_loss(parameters, x, noise, alpha_bar):
    noised = alpha_bar.sqrt()[:, None] * x + (1 - alpha_bar).sqrt()[:, None] * noise
    return ((networks.denoise(parameters, noised, alpha_bar) - noise) ** 2).mean()


def denoiser_step(parameters, first, second, step, x, noise, alpha_bar, rate, beta1, beta2):
    gradient, loss = grad_and_value(denoiser_loss)(parameters, x, noise, alpha_bar)
    return *adam(parameters, first, second, step, gradient, rate, beta1, beta2), loss
