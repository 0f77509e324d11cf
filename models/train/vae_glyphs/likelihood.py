"""What is measured of a variational autoencoder, from its ONNX files: ELBO, importance-weighted bound, the latent's use."""

from __future__ import annotations

import numpy as np
import torch

from common.levels import LEVELS, log_likelihood
from common.parts import Part

from .model import divergence

NEVER = 0.01  # nats: a dimension whose mean KL is below carries nothing
ACTIVE = 0.01  # variance of the encoder's mean over the data (Burda et al. 2016, arXiv:1509.00519)


class Files:
    """encoder.onnx and decoder.onnx of a folder; `stem` says which ("encoder.float32")."""

    def __init__(self, folder, suffix: str = ".onnx", prefix: str = ""):
        self.encoder = Part(folder / f"{prefix}encoder{suffix}")
        self.decoder = Part(folder / f"{prefix}decoder{suffix}", piece=500)

    def encode(self, levels: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean and log-variance [N, latent] of grey levels [N, 28, 28]."""
        mean, log_variance = self.encoder(levels[:, None].astype(np.float32) / (LEVELS - 1))
        return torch.from_numpy(mean), torch.from_numpy(log_variance)

    def log_likelihood(self, levels: np.ndarray, z: torch.Tensor) -> torch.Tensor:
        """log p(x|z) [N] in nats, of pictures [N, 28, 28] or of one picture [28, 28] for each z."""
        _, location, log_scale = (torch.from_numpy(part) for part in self.decoder(z.numpy()))
        grey = torch.from_numpy(levels.astype(np.float32)).expand(len(z), 28, 28)[:, None]
        return log_likelihood(grey, location, log_scale).double().sum(dim=(1, 2, 3))


def elbo(files: Files, levels: np.ndarray, draws: int, seed: int) -> dict[str, np.ndarray]:
    """Reconstruction [N] (mean of `draws` draws of z), KL by dimension [N, latent] and the encoder's means [N, latent]."""
    mean, log_variance = files.encode(levels)
    generator = torch.Generator().manual_seed(seed)
    reconstruction = torch.zeros(len(levels), dtype=torch.float64)
    for _ in range(draws):
        noise = torch.randn(mean.shape, generator=generator)
        reconstruction += files.log_likelihood(levels, mean + (0.5 * log_variance).exp() * noise) / draws
    return {"reconstruction": reconstruction.numpy(), "kl": divergence(mean.double(), log_variance.double()).numpy(), "mean": mean.numpy()}


def importance_weights(files: Files, levels: np.ndarray, draws: int, inflate: float, seed: int) -> np.ndarray:
    """log of p(x, z) / q(z) [N, draws] with z from the encoder's Gaussian, its deviations multiplied by `inflate`."""
    mean, log_variance = files.encode(levels)
    deviation = (0.5 * log_variance).exp() * inflate
    generator = torch.Generator().manual_seed(seed)
    found = np.empty((len(levels), draws))
    for row in range(len(levels)):
        noise = torch.randn(draws, mean.shape[1], generator=generator)
        z = mean[row] + deviation[row] * noise
        prior = -0.5 * (z.double() ** 2).sum(dim=1)
        proposal = -0.5 * (noise.double() ** 2).sum(dim=1) - deviation[row].double().log().sum()
        found[row] = (files.log_likelihood(levels[row], z) + prior - proposal).numpy()
    return found


def log_mean_exp(values: np.ndarray) -> np.ndarray:
    top = values.max(axis=-1, keepdims=True)
    return (top + np.log(np.exp(values - top).mean(axis=-1, keepdims=True)))[..., 0]


def effective_size(log_weights: np.ndarray) -> np.ndarray:
    """(sum w)^2 / sum w^2 of log weights [N, draws]."""
    weights = np.exp(log_weights - log_weights.max(axis=-1, keepdims=True))
    return weights.sum(axis=-1) ** 2 / (weights**2).sum(axis=-1)


def pareto_shape(log_weights: np.ndarray) -> float:
    """k-hat of the largest weights [draws]: the shape of the generalised Pareto distribution that fits their tail (Vehtari et al. 2024,
    arXiv:1507.02646; the estimate of Zhang and Stephens 2009)."""
    weights = np.sort(np.exp(log_weights - log_weights.max()))
    count = int(min(0.2 * len(weights), 3 * np.sqrt(len(weights))))
    tail = weights[-count:] - weights[-count - 1]
    if tail[-1] <= 0:
        return 0.0
    tail = np.maximum(tail, np.finfo(float).tiny)
    candidates = 30 + int(np.sqrt(count))
    quarter = tail[int(count / 4 + 0.5) - 1]
    theta = 1 / tail[-1] + (1 - np.sqrt(candidates / (np.arange(1, candidates + 1) - 0.5))) / (3 * quarter)
    shape = np.log1p(-theta[:, None] * tail[None]).mean(axis=1)
    fit = count * (np.log(-theta / shape) - shape - 1)
    weight = 1 / np.exp(fit[None] - fit[:, None]).sum(axis=1)
    best = (theta * weight).sum() / weight.sum()
    shape = np.log1p(-best * tail).mean()
    return float((count * shape + 5) / (count + 10))


def latent_use(kl: np.ndarray, mean: np.ndarray) -> dict:
    """KL by dimension, and how many dimensions are active and how many collapsed."""
    by_dimension = kl.mean(axis=0)
    return {"klByDimension": sorted(by_dimension.tolist(), reverse=True), "active": int((mean.var(axis=0) > ACTIVE).sum()),
            "collapsed": int((by_dimension < NEVER).sum())}
