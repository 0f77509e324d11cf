"""The text-conditional U-Net: two glyphs side by side from a caption."""

from __future__ import annotations

import math

import torch
import torch.nn as nn

from common.layers import Residual, convolution, double, norm
from glyphs.dataset import LENGTH, VOCABULARY

HEADS = 4
TEXT = 96
TIME = 128
HEIGHT, WIDTH = 28, 56


def timestep_features(timestep: torch.Tensor, size: int = 64) -> torch.Tensor:
    """cos and sin [B, size] of timesteps [B] at geometrically spaced frequencies."""
    frequency = torch.exp(-math.log(10_000.0) * torch.arange(size // 2, device=timestep.device) / (size // 2))
    angle = timestep.float()[:, None] * frequency[None]
    return torch.cat([angle.cos(), angle.sin()], dim=1)


def places(height: int, width: int, size: int) -> torch.Tensor:
    """cos and sin [height * width, size] of each pixel's row and column."""
    frequency = math.pi * 2.0 ** torch.arange(size // 4)
    rows = (torch.arange(height) + 0.5) / WIDTH * (WIDTH / width)
    columns = (torch.arange(width) + 0.5) / width
    rows, columns = rows[:, None] * frequency * 0.5, columns[:, None] * frequency * 0.5
    rows = torch.cat([rows.cos(), rows.sin()], dim=1)[:, None].expand(height, width, -1)
    columns = torch.cat([columns.cos(), columns.sin()], dim=1)[None].expand(height, width, -1)
    return torch.cat([rows, columns], dim=2).reshape(height * width, -1)


class Attention(nn.Module):
    """Multi-head attention from pixels to pixels, or to the caption's words, written out: MatMul, Mul, Softmax, MatMul."""

    def __init__(self, width: int, source: int):
        super().__init__()
        self.head_dim = width // HEADS
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(source, width, bias=False)
        self.value = nn.Linear(source, width, bias=False)
        self.output = nn.Linear(width, width)
        nn.init.zeros_(self.output.weight)
        nn.init.zeros_(self.output.bias)
        self.keep: list[torch.Tensor] | None = None

    def forward(self, queries: torch.Tensor, source: torch.Tensor) -> torch.Tensor:
        split = lambda x: x.unflatten(2, (HEADS, self.head_dim)).transpose(1, 2)  # noqa: E731
        q, k, v = split(self.query(queries)), split(self.key(source)), split(self.value(source))
        weights = (q @ k.transpose(2, 3) * self.head_dim**-0.5).softmax(dim=3)
        if self.keep is not None:
            self.keep.append(weights.detach())
        return self.output((weights @ v).transpose(1, 2).flatten(2))


class Attend(nn.Module):
    """Self-attention where `among` is set, then cross-attention to the caption, each added to what it came from. Where a pixel lies is
    added to what is normed, so that queries can tell left from right."""

    def __init__(self, width: int, height: int, columns: int, among: bool):
        super().__init__()
        self.self_norm = nn.LayerNorm(width) if among else None
        self.self_attention = Attention(width, width) if among else None
        self.cross_norm, self.cross_attention = nn.LayerNorm(width), Attention(width, TEXT)
        self.register_buffer("places", places(height, columns, 32), persistent=False)
        self.place = nn.Linear(32, width)

    def forward(self, x: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
        batch, width, height, columns = x.shape
        place = self.place(self.places)
        pixels = x.flatten(2).transpose(1, 2)
        if self.self_attention is not None:
            normed = self.self_norm(pixels) + place
            pixels = pixels + self.self_attention(normed, normed)
        pixels = pixels + self.cross_attention(self.cross_norm(pixels) + place, text)
        return pixels.transpose(1, 2).unflatten(2, (height, columns))


class Unet(nn.Module):
    """Noised pictures [B, 1, 28, 56], timesteps [B] and captions [B, 7] -> v [B, 1, 28, 56] (Salimans and Ho 2022, arXiv:2202.00512).

    Words meet pixels in cross-attention alone, and words do not meet each other: what a word does to the picture, its weights show."""

    def __init__(self, widths: tuple[int, int, int] = (16, 48, 96)):
        super().__init__()
        high, middle, low = widths
        self.words = nn.Embedding(VOCABULARY, TEXT)
        self.slots = nn.Parameter(torch.randn(LENGTH, TEXT))
        self.text = nn.Sequential(nn.LayerNorm(TEXT), nn.Linear(TEXT, TEXT), nn.SiLU(), nn.Linear(TEXT, TEXT), nn.LayerNorm(TEXT))
        self.time = nn.Sequential(nn.Linear(64, TIME), nn.SiLU(), nn.Linear(TIME, TIME), nn.SiLU())
        self.first = convolution(1, high)
        self.high_in = Residual(high, high, TIME)
        self.to_middle = convolution(high, middle, stride=2)
        self.middle_in = Residual(middle, middle, TIME)
        self.middle_in_attend = Attend(middle, 14, 28, among=False)
        self.to_low = convolution(middle, low, stride=2)
        self.low_in = Residual(low, low, TIME)
        self.low_in_attend = Attend(low, 7, 14, among=True)
        self.low_between = Residual(low, low, TIME)
        self.low_out_attend = Attend(low, 7, 14, among=True)
        self.low_out = Residual(2 * low, low, TIME)
        self.middle_out = Residual(low + middle, middle, TIME)
        self.middle_out_attend = Attend(middle, 14, 28, among=False)
        self.high_out = Residual(middle + high, high, TIME)
        self.last = nn.Sequential(norm(high), nn.SiLU(), convolution(high, 1))

    def forward(self, sample: torch.Tensor, timestep: torch.Tensor, caption: torch.Tensor) -> torch.Tensor:
        text = self.text(self.words(caption) + self.slots)
        time = self.time(timestep_features(timestep))
        high = self.high_in(self.first(sample), time)
        middle = self.middle_in_attend(self.middle_in(self.to_middle(high), time), text)
        low = self.low_in_attend(self.low_in(self.to_low(middle), time), text)
        x = self.low_out_attend(self.low_between(low, time), text)
        x = self.low_out(torch.cat([x, low], dim=1), time)
        x = self.middle_out_attend(self.middle_out(torch.cat([double(x), middle], dim=1), time), text)
        x = self.high_out(torch.cat([double(x), high], dim=1), time)
        return self.last(x).float()

    def cross_attentions(self) -> list[tuple[str, Attention]]:
        return [(name, module) for name, module in self.named_modules() if name.endswith("cross_attention")]
