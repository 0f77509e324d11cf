"""The variational bound of the diffusion model in bits a pixel."""

from __future__ import annotations

import math

import numpy as np
import torch

from common.levels import LEVELS, log_likelihood

from .sampling import Denoiser
from .schedule import alphas_cumprod, noised

SCALES = torch.linspace(-8.5, -3.0, 23)  # log-scales tried for the last step, of the whole grey range


def last_step(pictures: torch.Tensor, clean: torch.Tensor, log_scale: torch.Tensor) -> torch.Tensor:
    """-log p(x | z_0) [B] in nats: a logistic around what the model takes the least noised picture to be, over 256 grey levels; both
    pictures in -1..1."""
    levels = ((pictures + 1) * (LEVELS - 1) / 2).round()
    return -log_likelihood(levels, (clean + 1) / 2, log_scale.expand_as(levels)).double().sum(dim=(1, 2, 3))


def clean_of(model: Denoiser, z: torch.Tensor, timestep: torch.Tensor, captions: torch.Tensor) -> torch.Tensor:
    """What the model takes the picture under the noise to be, cut to -1..1."""
    bar = alphas_cumprod()[timestep].float()[:, None, None, None]
    return (bar.sqrt() * z - (1 - bar).sqrt() * model(z, timestep, captions)).clamp(-1, 1)


@torch.no_grad()
def fit_last_step(model: Denoiser, pictures: torch.Tensor, captions: torch.Tensor, seed: int) -> float:
    """The log-scale of SCALES under which the last step is likeliest, for pictures of the training fonts."""
    generator = torch.Generator().manual_seed(seed)
    first = alphas_cumprod()[0].float().expand(len(pictures))
    z, _ = noised(pictures, torch.randn(pictures.shape, generator=generator), first)
    clean = clean_of(model, z, torch.zeros(len(pictures), dtype=torch.int64), captions)
    return min(SCALES, key=lambda scale: last_step(pictures, clean, scale).mean().item()).item()


@torch.no_grad()
def bits_per_pixel(model: Denoiser, pictures: torch.Tensor, captions: torch.Tensor, log_scale: float, draws: int, seed: int) -> np.ndarray:
    """An unbiased estimate [B] of the bound on -log2 p(picture | caption) a pixel, pictures in -1..1 of 256 grey levels.

    Bound = KL(q(z_999 | x) || N(0, 1)) + sum over t of (SNR(t - 1) - SNR(t)) / 2 E|x - x-hat(z_t, t)|^2 + E[-log p(x | z_0)], the terms of
    the ancestral sampler with the posterior's variance (Kingma et al. 2021, arXiv:2107.00630, eq. 12); the sum is estimated from `draws` timesteps, one from each equal part, drawn
    where the terms are large more often (importance sampling)."""
    bars = alphas_cumprod()
    snr = bars / (1 - bars)
    weight = (snr[:-1] - snr[1:]) / 2  # of t = 1 .. 999
    # x-hat is wrong by about min(1, 1 / SNR): draw t by the term that this gives.
    proposal = weight * torch.minimum(torch.ones(()), 1 / snr[1:]) + 1e-3
    proposal = proposal / proposal.sum()
    edges = proposal.cumsum(0)
    generator = torch.Generator().manual_seed(seed)
    count = len(pictures)
    last = bars[-1].item()
    nats = 0.5 * (last * pictures**2 + (1 - last) - math.log(1 - last) - 1).sum(dim=(1, 2, 3)).double()
    z, _ = noised(pictures, torch.randn(pictures.shape, generator=generator), bars[0].float().expand(count))
    nats += last_step(pictures, clean_of(model, z, torch.zeros(count, dtype=torch.int64), captions), torch.tensor(log_scale))
    for draw in range(draws):
        uniform = (draw + torch.rand(count, generator=generator, dtype=torch.float64)) / draws
        place = torch.searchsorted(edges, uniform).clamp(max=len(weight) - 1)
        timestep = place + 1
        z, _ = noised(pictures, torch.randn(pictures.shape, generator=generator), bars[timestep].float())
        wrong = ((clean_of(model, z, timestep, captions) - pictures) ** 2).sum(dim=(1, 2, 3)).double()
        nats += weight[place] / proposal[place] * wrong / draws
    return (nats / (math.log(2) * pictures[0].numel())).numpy()
