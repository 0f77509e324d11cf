"""The variational autoencoder of glyphs (Kingma and Welling 2014, arXiv:1312.6114) and its likelihood."""

from __future__ import annotations

import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from common.layers import Residual, convolution, double, norm
from common.levels import LEVELS, log_likelihood

LOG_SCALES = (-7.0, 5.0)  # range of the logistic's log-scale, in units of the whole grey range


class Encoder(nn.Module):
    """Pictures [B, 1, 28, 28] in 0..1 -> mean and log-variance [B, latent] of q(z|x)."""

    def __init__(self, latent: int):
        super().__init__()
        self.body = nn.Sequential(convolution(1, 24), Residual(24, 24), convolution(24, 48, stride=2), Residual(48, 48),
                                  convolution(48, 64, stride=2), Residual(64, 64), norm(64), nn.SiLU(), nn.Conv2d(64, 16, 1))
        self.hidden = nn.Linear(16 * 49, 160)
        self.output = nn.Linear(160, 2 * latent)

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        inner = F.silu(self.hidden(F.silu(self.body(2 * image - 1).flatten(1))))
        mean, log_variance = self.output(inner).chunk(2, dim=1)
        return mean, log_variance.clamp(-12.0, 4.0)


class Decoder(nn.Module):
    """z [B, latent] -> of each pixel's logistic the location and the log-scale [B, 1, 28, 28], and the mean grey value that they
    give, which is the picture."""

    def __init__(self, latent: int):
        super().__init__()
        self.hidden = nn.Sequential(nn.Linear(latent, 192), nn.SiLU(), nn.Linear(192, 192), nn.SiLU(), nn.Linear(192, 16 * 49))
        self.first = convolution(16, 64)
        self.low = nn.Sequential(Residual(64, 64), Residual(64, 64))
        self.middle = nn.Sequential(convolution(64, 48), Residual(48, 48))
        self.high = nn.Sequential(convolution(48, 24), Residual(24, 24), norm(24), nn.SiLU(), convolution(24, 2))

    def forward(self, z: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        inner = self.low(self.first(self.hidden(z).unflatten(1, (16, 7, 7))))
        location, log_scale = self.high(double(self.middle(double(inner)))).float().chunk(2, dim=1)
        location = 4 * location
        log_scale = log_scale.clamp(*LOG_SCALES)
        return expected_grey(location, log_scale), location, log_scale


def expected_grey(location: torch.Tensor, log_scale: torch.Tensor) -> torch.Tensor:
    """E[min(max(y, 0), 1)] of y ~ Logistic(location, exp(log_scale)): the integral of P(y > t) over 0 < t < 1."""
    scale = log_scale.exp()
    return (scale * (F.softplus(location / scale) - F.softplus((location - 1) / scale))).clamp(0, 1)


def divergence(mean: torch.Tensor, log_variance: torch.Tensor) -> torch.Tensor:
    """KL(N(mean, variance) || N(0, 1)) by dimension [B, latent], in nats."""
    return 0.5 * (mean**2 + log_variance.exp() - log_variance - 1)


class Vae(nn.Module):
    def __init__(self, latent: int):
        super().__init__()
        self.latent = latent
        self.encoder, self.decoder = Encoder(latent), Decoder(latent)

    def terms(self, levels: torch.Tensor, noise: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Of pictures [B, 1, 28, 28] in grey levels: log p(x|z) [B] at z = mean + deviation * noise, KL by dimension [B, latent]."""
        mean, log_variance = self.encoder(levels / (LEVELS - 1))
        mean, log_variance = mean.float(), log_variance.float()
        _, location, log_scale = self.decoder(mean + (0.5 * log_variance).exp() * noise)
        return log_likelihood(levels, location, log_scale).sum(dim=(1, 2, 3)), divergence(mean, log_variance)


NATS_TO_BITS = 1 / (math.log(2) * 28 * 28)  # a picture's nats to bits a pixel
