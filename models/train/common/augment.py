"""Small random deformations of glyphs, so that few fonts teach more."""

from __future__ import annotations

import torch
import torch.nn.functional as F


def deform(images: torch.Tensor, share: float, generator: torch.Generator, shift: float = 1.0, scale: float = 0.06, slant: float = 0.12) -> torch.Tensor:
    """[count, 1, 28, 28] in 0..1: a `share` of the images scaled in x and y, slanted and moved by up to `shift` pixels; the edges that
    interpolation softens are made as steep again."""
    count, device = len(images), images.device
    noise = torch.rand(count, 5, generator=generator, device=device) * 2 - 1
    matrix = torch.zeros(count, 2, 3, device=device)
    matrix[:, 0, 0], matrix[:, 1, 1] = 1 + scale * noise[:, 0], 1 + scale * noise[:, 1]
    matrix[:, 0, 1] = slant * noise[:, 2]
    matrix[:, :, 2] = shift * noise[:, 3:] * 2 / images.shape[-1]
    grid = F.affine_grid(matrix, list(images.shape), align_corners=False)
    moved = F.grid_sample(images, grid, align_corners=False)
    moved = ((moved - 0.5) * 1.3 + 0.5).clamp(0, 1)
    chosen = torch.rand(count, 1, 1, 1, generator=generator, device=device) < share
    return torch.where(chosen, moved, images)


def move(images: torch.Tensor, pixels: int, generator: torch.Generator) -> torch.Tensor:
    """Each image moved by whole pixels, differentiably: what a discriminator sees of real and generated ones alike (Zhao et al. 2020,
    arXiv:2006.10738)."""
    count, _, height, width = images.shape
    offsets = torch.randint(0, 2 * pixels + 1, (2, count, 1), generator=generator, device=images.device)
    padded = F.pad(images[:, 0], (pixels, pixels, pixels, pixels))
    rows = torch.arange(height, device=images.device)[None] + offsets[0]
    columns = torch.arange(width, device=images.device)[None] + offsets[1]
    batch = torch.arange(count, device=images.device)[:, None, None]
    return padded[batch, rows[:, :, None], columns[:, None, :]][:, None]
