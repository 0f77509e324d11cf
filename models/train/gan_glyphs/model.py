"""The class-conditional GAN of glyphs."""

from __future__ import annotations

from functools import partial

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.parametrizations import spectral_norm

from common.layers import Residual, convolution, double, norm
from glyphs.dataset import CLASSES

LATENT = 64
STYLE = 128


class Generator(nn.Module):
    """z [B, 64] from N(0, 1) and classes [B] -> pictures [B, 1, 28, 28] in 0..1. z and the class scale and shift every block."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(CLASSES, 64)
        self.style = nn.Sequential(nn.Linear(LATENT + 64, STYLE), nn.SiLU(), nn.Linear(STYLE, STYLE), nn.SiLU())
        self.grid = nn.Linear(STYLE, 16 * 49)
        self.first = convolution(16, 64)
        block = partial(Residual, condition=STYLE, begin_as_skip=False)
        self.low = nn.ModuleList([block(64, 64), block(64, 64)])
        self.middle = block(64, 48)
        self.high = nn.ModuleList([block(48, 32), block(32, 32)])
        self.last = nn.Sequential(norm(32), nn.SiLU(), convolution(32, 1))
        # z and the class must matter from the first step, or every picture begins, and ends, as the same one.
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                nn.init.zeros_(module.bias)
        nn.init.normal_(self.last[2].weight, std=0.02)
        nn.init.constant_(self.last[2].bias, -1.0)

    def forward(self, z: torch.Tensor, character: torch.Tensor) -> torch.Tensor:
        style = self.style(torch.cat([z, self.embedding(character)], dim=1))
        x = self.first(self.grid(style).unflatten(1, (16, 7, 7)))
        for block in self.low:
            x = block(x, style)
        x = double(self.middle(double(x), style))
        for block in self.high:
            x = block(x, style)
        return torch.sigmoid(self.last(x).float())


class Down(nn.Module):
    """A residual block that halves height and width, without norms: the spectral norm of its weights bounds it."""

    def __init__(self, inputs: int, outputs: int, halve: bool = True):
        super().__init__()
        self.first, self.second = convolution(inputs, outputs), convolution(outputs, outputs)
        self.skip = nn.Conv2d(inputs, outputs, 1)
        self.halve = halve

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        inner = self.second(F.leaky_relu(self.first(F.leaky_relu(x, 0.2)), 0.2))
        x = self.skip(x) + inner
        return F.avg_pool2d(x, 2) if self.halve else x


class Discriminator(nn.Module):
    """Pictures [B, 1, 28, 28] in 0..1 and classes [B] -> scores [B], higher for what looks real.

    The class enters twice: as a learned picture beside the picture (Mirza and Osindero 2014, arXiv:1411.1784), and by the features'
    product with its embedding, added to a linear score (Miyato and Koyama 2018, arXiv:1802.05637). With `normalised` all convolutions
    and matrices have spectral norm 1."""

    def __init__(self, normalised: bool = True):
        super().__init__()
        self.template = nn.Embedding(CLASSES, 784)
        self.first = convolution(2, 32)
        self.blocks = nn.Sequential(Down(32, 48), Down(48, 80), Down(80, 96, halve=False), nn.LeakyReLU(0.2), nn.Conv2d(96, 16, 1))
        self.features = nn.Linear(16 * 49, 128)
        self.score = nn.Linear(128, 1)
        self.embedding = nn.Embedding(CLASSES, 128)
        nn.init.normal_(self.template.weight, std=0.1)
        nn.init.normal_(self.embedding.weight, std=0.1)
        if normalised:
            for module in self.weighted():
                spectral_norm(module)

    def weighted(self) -> list[nn.Module]:
        return [module for module in self.modules() if isinstance(module, (nn.Conv2d, nn.Linear))]

    def forward(self, image: torch.Tensor, character: torch.Tensor) -> torch.Tensor:
        template = self.template(character).unflatten(1, (1, 28, 28))
        x = F.leaky_relu(self.blocks(self.first(torch.cat([2 * image - 1, template], dim=1))).flatten(1), 0.2)
        features = F.leaky_relu(self.features(x), 0.2)
        return (self.score(features)[:, 0] + (features * self.embedding(character)).sum(dim=1)).float()

    def plain(self) -> Discriminator:
        """A network without spectral norm that holds the normalised weights. (A copy whose parametrisation is removed would damage the
        original: copies share their class.)"""
        result, training = Discriminator(normalised=False), self.training
        self.eval()  # Reading a normalised weight in training would change its norm's estimate.
        with torch.no_grad():
            for own, other in zip(result.modules(), self.modules_without_norms()):
                if isinstance(own, (nn.Conv2d, nn.Linear, nn.Embedding)):
                    for name in ("weight", "bias"):
                        if getattr(own, name, None) is not None:
                            getattr(own, name).copy_(getattr(other, name))
        self.train(training)
        return result.eval()

    def modules_without_norms(self) -> list[nn.Module]:
        return [module for name, module in self.named_modules() if "parametrizations" not in name]


def plain_discriminator() -> Discriminator:
    """Without spectral norm: what a saved discriminator's weights fit into."""
    return Discriminator(normalised=False)
