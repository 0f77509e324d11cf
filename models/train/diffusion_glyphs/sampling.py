"""Pictures from captions: DDIM (Song et al. 2021, arXiv:2010.02502) with classifier-free guidance (Ho and Salimans 2022,
arXiv:2207.12598)."""

from __future__ import annotations

from collections.abc import Callable

import torch

from glyphs.dataset import empty_captions

from .model import HEIGHT, WIDTH
from .schedule import STEPS, alphas_cumprod

Denoiser = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]  # (x_t, t [B], captions) -> v


def guided(model: Denoiser, x: torch.Tensor, timestep: int, captions: torch.Tensor, guidance: float) -> torch.Tensor:
    """v without a caption plus `guidance` times what the caption adds; at 1 the caption's own v alone."""
    times = torch.full((len(x),), timestep, device=x.device)
    if guidance == 1:
        return model(x, times, captions)
    both = model(x.repeat(2, 1, 1, 1), times.repeat(2), torch.cat([empty_captions(len(x), x.device), captions]))
    without, given = both.chunk(2)
    return without + guidance * (given - without)


@torch.no_grad()
def sample(model: Denoiser, captions: torch.Tensor, guidance: float, steps: int, seed: int) -> torch.Tensor:
    """Pictures [B, 1, 28, 56] in `steps` deterministic steps at evenly spaced timesteps, the last timestep first ("trailing"), cut to -1..1
    at the end alone: where the picture is cut on the way and the noise is not, guidance draws broken shapes."""
    generator = torch.Generator(captions.device).manual_seed(seed)
    x = torch.randn(len(captions), 1, HEIGHT, WIDTH, generator=generator, device=captions.device)
    bars = alphas_cumprod().tolist()
    timesteps = [round(STEPS - place * STEPS / steps) - 1 for place in range(steps)]
    for place, timestep in enumerate(timesteps):
        signal, deviation = bars[timestep] ** 0.5, (1 - bars[timestep]) ** 0.5
        v = guided(model, x, timestep, captions, guidance)
        clean, noise = signal * x - deviation * v, deviation * x + signal * v
        bar = bars[timesteps[place + 1]] if place + 1 < steps else 1.0
        x = bar**0.5 * clean + (1 - bar) ** 0.5 * noise
    return x.clamp(-1, 1)
