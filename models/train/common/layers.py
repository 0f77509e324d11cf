"""Layers that the glyph models share. All is written with operations that export as they stand."""

from __future__ import annotations

import torch
import torch.nn as nn
import torch.nn.functional as F


def convolution(inputs: int, outputs: int, size: int = 3, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, size, stride, padding=size // 2)


def norm(channels: int) -> nn.GroupNorm:
    return nn.GroupNorm(8, channels)


def double(x: torch.Tensor) -> torch.Tensor:
    """Twice the height and width, each pixel four times."""
    return F.interpolate(x, scale_factor=2.0, mode="nearest")


class Residual(nn.Module):
    """x + convolutions(x), pre-norm, SiLU; with `condition` features a scale and a shift of the second norm come from them.
    The branch begins at zero, unless `begin_as_skip` is false."""

    def __init__(self, inputs: int, outputs: int, condition: int = 0, dropout: float = 0.0, begin_as_skip: bool = True):
        super().__init__()
        self.first_norm, self.first = norm(inputs), convolution(inputs, outputs)
        self.second_norm, self.second = norm(outputs), convolution(outputs, outputs)
        self.modulate = nn.Linear(condition, 2 * outputs) if condition else None
        self.skip = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()
        self.dropout = nn.Dropout(dropout)
        if begin_as_skip:
            nn.init.zeros_(self.second.weight)
            nn.init.zeros_(self.second.bias)

    def forward(self, x: torch.Tensor, condition: torch.Tensor | None = None) -> torch.Tensor:
        inner = self.second_norm(self.first(F.silu(self.first_norm(x))))
        if self.modulate is not None:
            scale, shift = self.modulate(condition)[:, :, None, None].chunk(2, dim=1)
            inner = inner * (1 + scale) + shift
        return self.skip(x) + self.second(self.dropout(F.silu(inner)))
