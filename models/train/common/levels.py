"""The likelihood of grey pictures: a probability over 256 levels."""

from __future__ import annotations

import torch
import torch.nn.functional as F

LEVELS = 256


def log_likelihood(levels: torch.Tensor, location: torch.Tensor, log_scale: torch.Tensor) -> torch.Tensor:
    """log P of each pixel's grey level 0..255 in nats, a probability over the 256 levels: the logistic's mass in the level's bin, the
    outer two bins reaching to infinity (Salimans et al. 2017, arXiv:1701.05517). All [B, 1, 28, 28].

    sigma(b) - sigma(a) = sigma(b) sigma(-a) (1 - exp(a - b)), so no difference of close numbers is taken."""
    inverse = (-log_scale).exp()
    value = levels / (LEVELS - 1)
    half = 0.5 / (LEVELS - 1)
    upper = torch.where(levels == LEVELS - 1, 0.0, F.logsigmoid((value + half - location) * inverse))
    lower = torch.where(levels == 0, 0.0, F.logsigmoid(-(value - half - location) * inverse))
    inner = (levels > 0) & (levels < LEVELS - 1)
    return upper + lower + torch.where(inner, torch.log(-torch.expm1(-2 * half * inverse)), 0.0)
