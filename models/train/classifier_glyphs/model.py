"""Which of the 62 letters and digits a picture shows: a small convolutional network, the judge of the glyph models' samples."""

from __future__ import annotations

import torch
import torch.nn as nn
import torch.nn.functional as F

from common.layers import Residual, convolution, norm
from glyphs.dataset import CLASSES

FEATURES = 128


class Classifier(nn.Module):
    """Pictures [B, 1, 28, 28] in 0..1 -> logits [B, 62] and the features [B, 128] that they are linear in."""

    def __init__(self, dropout: float = 0.3):
        super().__init__()
        self.first = convolution(1, 32)
        self.body = nn.Sequential(Residual(32, 32), convolution(32, 64, stride=2), Residual(64, 64), convolution(64, 64, stride=2),
                                  Residual(64, 64), norm(64), nn.SiLU(), nn.Conv2d(64, 24, 1))
        self.features = nn.Linear(24 * 49, FEATURES)
        self.dropout = nn.Dropout(dropout)
        self.logits = nn.Linear(FEATURES, CLASSES)

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        features = F.silu(self.features(F.silu(self.body(self.first(image)).flatten(1))))
        return self.logits(self.dropout(features)), features
