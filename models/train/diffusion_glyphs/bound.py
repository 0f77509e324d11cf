"""The variational bound of the diffusion model in bits a pixel."""

from __future__ import annotations

import math

import numpy as np
import torch

from .sampling import Denoiser
from .schedule import STEPS, alphas_cumprod, noised

LEVELS = 256


def last_step(clean: torch.Tensor, z: torch.Tensor, bar: float) -> torch.Tensor:
    """-log p(x | z_0) [B] in nats: each pixel's grey level given the least noised picture, by the normal density of z_0 at each of the
    256 levels, normalised (Kingma et al. 2021, arXiv:2107.00630, eq. 8)."""
    grey = torch.linspace(-1, 1, LEVELS)
    far = (z[..., None] - bar**0.5 * grey) ** 2 / (2 * (1 - bar))
    levels = ((clean + 1) * (LEVELS - 1) / 2).round().long()
    return -(-far).log_softmax(dim=-1).gather(-1, levels[..., None])[..., 0].sum(dim=(1, 2, 3))


@torch.no_grad()
def bits_per_pixel(model: Denoiser, pictures: torch.Tensor, captions: torch.Tensor, draws: int, seed: int) -> np.ndarray:
    """An unbiased estimate [B] of the bound on -log2 p(picture | caption) a pixel, pictures in -1..1 of 256 grey levels.

    Bound = KL(q(z_999 | x) || N(0, 1)) + sum over t of (SNR(t - 1) - SNR(t)) / 2 E|x - x-hat(z_t, t)|^2 + E[-log p(x | z_0)], the terms of
    the ancestral sampler with the posterior's variance; the sum is estimated from `draws` timesteps, one from each equal part, drawn
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
    first = bars[0].float().expand(count)
    z, _ = noised(pictures, torch.randn(pictures.shape, generator=generator), first)
    nats += last_step(pictures, z, bars[0].item()).double()
    for draw in range(draws):
        uniform = (draw + torch.rand(count, generator=generator, dtype=torch.float64)) / draws
        place = torch.searchsorted(edges, uniform).clamp(max=len(weight) - 1)
        timestep = place + 1
        bar = bars[timestep].float()
        z, _ = noised(pictures, torch.randn(pictures.shape, generator=generator), bar)
        v = model(z, timestep, captions)
        clean = bar.sqrt()[:, None, None, None] * z - (1 - bar).sqrt()[:, None, None, None] * v
        wrong = ((clean.clamp(-1, 1) - pictures) ** 2).sum(dim=(1, 2, 3)).double()
        nats += weight[place] / proposal[place] * wrong / draws
    return (nats / (math.log(2) * pictures[0].numel())).numpy()
