"""Two-dimensional data sets as finite Gaussian mixtures: density and score are known in closed form, also when noised."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Mixture:
    """weights [K] that sum to 1, means [K, 2], covariances [K, 2, 2]."""

    weights: torch.Tensor
    means: torch.Tensor
    covariances: torch.Tensor

    def noised(self, alpha_bar: float) -> Mixture:
        """The mixture of sqrt(abar) x + sqrt(1 - abar) noise."""
        return Mixture(self.weights, alpha_bar**0.5 * self.means, alpha_bar * self.covariances + (1 - alpha_bar) * torch.eye(2, dtype=self.means.dtype))

    def log_components(self, x: torch.Tensor) -> torch.Tensor:
        """log of weight times density [N, K] of points [N, 2]."""
        return self.weights.log() + torch.distributions.MultivariateNormal(self.means, self.covariances).log_prob(x[:, None])

    def log_density(self, x: torch.Tensor) -> torch.Tensor:
        return self.log_components(x).logsumexp(dim=1)

    def score(self, x: torch.Tensor) -> torch.Tensor:
        """Gradient of the log-density [N, 2]."""
        share = self.log_components(x).softmax(dim=1)
        pull = torch.linalg.solve(self.covariances, (self.means - x[:, None])[..., None])[..., 0]
        return (share[..., None] * pull).sum(dim=1)

    def sample(self, count: int, generator: torch.Generator) -> torch.Tensor:
        places = torch.multinomial(self.weights, count, replacement=True, generator=generator)
        factors = torch.linalg.cholesky(self.covariances)[places]
        noise = torch.randn(count, 2, 1, generator=generator, dtype=self.means.dtype)
        return self.means[places] + (factors @ noise)[..., 0]

    def as_dict(self) -> dict:
        return {name: getattr(self, name).tolist() for name in ("weights", "means", "covariances")}


def round_ones(means: list[tuple[float, float]], deviation: float) -> Mixture:
    """Components of one weight and one deviation in all directions."""
    count = len(means)
    covariance = deviation**2 * torch.eye(2, dtype=torch.float64)
    return Mixture(torch.full((count,), 1 / count, dtype=torch.float64), torch.tensor(means, dtype=torch.float64), covariance.expand(count, 2, 2).clone())


def ring(count: int = 8, radius: float = 2.0, deviation: float = 0.1) -> Mixture:
    return round_ones([(radius * math.cos(2 * math.pi * k / count), radius * math.sin(2 * math.pi * k / count)) for k in range(count)], deviation)


def grid(side: int = 5, step: float = 1.0, deviation: float = 0.08) -> Mixture:
    places = [step * (k - (side - 1) / 2) for k in range(side)]
    return round_ones([(x, y) for y in places for x in places], deviation)


def curve(points: list[tuple[float, float]], thickness: float) -> Mixture:
    """A component for each point but the ends, stretched along the curve by the distance to its neighbours."""
    means, covariances = [], []
    for before, here, after in zip(points, points[1:], points[2:]):
        along = torch.tensor([(after[0] - before[0]) / 2, (after[1] - before[1]) / 2], dtype=torch.float64)
        means.append(here)
        covariances.append(torch.outer(along, along) / 4 + thickness**2 * torch.eye(2, dtype=torch.float64))
    count = len(means)
    return Mixture(torch.full((count,), 1 / count, dtype=torch.float64), torch.tensor(means, dtype=torch.float64), torch.stack(covariances))


def spiral(count: int = 40, turns: float = 1.75, thickness: float = 0.06) -> Mixture:
    """Points at even distances along the curve, so that components weigh alike."""
    shares = [((k + 3) / (count + 4)) ** 0.5 for k in range(count + 2)]
    return curve([(2.2 * share * math.cos(2 * math.pi * turns * share), 2.2 * share * math.sin(2 * math.pi * turns * share)) for share in shares], thickness)


def moons(count: int = 16, thickness: float = 0.08) -> Mixture:
    """Two half circles, each facing the other."""
    angles = [math.pi * (k - 1) / (count - 1) for k in range(count + 2)]
    upper = curve([(1.2 * math.cos(angle) - 0.6, 1.2 * math.sin(angle) - 0.3) for angle in angles], thickness)
    return Mixture(torch.cat([upper.weights, upper.weights]) / 2, torch.cat([upper.means, -upper.means]), torch.cat([upper.covariances, upper.covariances]))


MIXTURES = {"ring": ring, "grid": grid, "spiral": spiral, "moons": moons}
