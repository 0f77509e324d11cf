"""Samples against glyphs of fonts, in the features of the classifier."""

from __future__ import annotations

import numpy as np


def frechet(first: np.ndarray, second: np.ndarray) -> float:
    """Frechet distance of the Gaussians with the means and covariances of two sets of features [N, D] (Heusel et al. 2017,
    arXiv:1706.08500; there in the features of another network, so the numbers do not compare)."""
    mean = first.mean(axis=0) - second.mean(axis=0)
    one, two = np.cov(first, rowvar=False), np.cov(second, rowvar=False)
    values, vectors = np.linalg.eigh(one)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    middle = np.linalg.eigvalsh(root @ two @ root)
    return float(mean @ mean + np.trace(one) + np.trace(two) - 2 * np.sqrt(np.maximum(middle, 0)).sum())


def square_distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.maximum((first**2).sum(axis=1)[:, None] + (second**2).sum(axis=1)[None] - 2 * first @ second.T, 0)


def precision_recall(real: np.ndarray, sampled: np.ndarray, neighbours: int = 3) -> tuple[float, float]:
    """Shares of the samples near a real picture, and of the real pictures near a sample: within the distance to the other's third
    neighbour (Kynkaanniemi et al. 2019, arXiv:1904.06991)."""

    def covered(points: np.ndarray, by: np.ndarray) -> float:
        radii = np.partition(square_distances(by, by), neighbours, axis=1)[:, neighbours]
        return float((square_distances(points, by) <= radii[None]).any(axis=1).mean())

    return covered(sampled, real), covered(real, sampled)


def diversity(images: np.ndarray, characters: np.ndarray) -> float:
    """Mean root mean square distance between two pictures of the same character."""
    found = []
    for character in np.unique(characters):
        flat = images[characters == character].reshape(-1, images[0].size)
        if len(flat) < 2:
            continue
        squares = square_distances(flat, flat) / flat.shape[1]
        found.append(np.sqrt(squares[np.triu_indices(len(flat), 1)]).mean())
    return float(np.mean(found))


def quantiles(values: np.ndarray) -> dict[str, float]:
    return {name: float(np.quantile(values, share)) for name, share in (("low", 0.05), ("median", 0.5), ("high", 0.95))}
