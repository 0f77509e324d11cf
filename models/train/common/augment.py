"""Small random deformations of glyphs, so that few fonts teach more."""

from __future__ import annotations

import torch
import torch.nn.functional as F


def turned(images: torch.Tensor, share: float | torch.Tensor, shift: torch.Tensor, generator: torch.Generator, scale: float, slant: float) -> torch.Tensor:
    """[count, 1, 28, 28] in 0..1, differentiably: all moved by `shift` [count, 2] pixels, a `share` of them scaled in x and y by up to `scale`
    and slanted by up to `slant`."""
    count, device = len(images), images.device
    noise = torch.rand(count, 3, generator=generator, device=device) * 2 - 1
    noise = torch.where(torch.rand(count, 1, generator=generator, device=device) < share, noise, 0.0)
    matrix = torch.zeros(count, 2, 3, device=device)
    matrix[:, 0, 0], matrix[:, 1, 1] = 1 + scale * noise[:, 0], 1 + scale * noise[:, 1]
    matrix[:, 0, 1] = slant * noise[:, 2]
    matrix[:, :, 2] = shift * 2 / images.shape[-1]
    return F.grid_sample(images, F.affine_grid(matrix, list(images.shape), align_corners=False), align_corners=False)


def deform(images: torch.Tensor, share: float | torch.Tensor, generator: torch.Generator, shift: float = 1.0, scale: float = 0.06,
           slant: float = 0.12) -> torch.Tensor:
    """[count, 1, 28, 28] in 0..1: a `share` of the images scaled in x and y, slanted and moved by up to `shift` pixels; the edges that
    interpolation softens are made as steep again."""
    count, device = len(images), images.device
    moves = shift * (torch.rand(count, 2, generator=generator, device=device) * 2 - 1)
    moved = turned(images, 1.0, moves, generator, scale, slant)
    moved = ((moved - 0.5) * 1.3 + 0.5).clamp(0, 1)
    chosen = torch.rand(count, 1, 1, 1, generator=generator, device=device) < share
    return torch.where(chosen, moved, images)


def view(images: torch.Tensor, pixels: int, share: float, generator: torch.Generator) -> torch.Tensor:
    """Each image moved by whole pixels, a `share` of them also scaled and slanted a little, differentiably: what a discriminator sees of
    real and generated ones alike (Zhao et al. 2020, arXiv:2006.10738; Karras et al. 2020, arXiv:2006.06676)."""
    moves = torch.randint(-pixels, pixels + 1, (len(images), 2), generator=generator, device=images.device).float()
    return turned(images, share, moves, generator, scale=0.1, slant=0.15)
