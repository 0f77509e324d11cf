"""A variational autoencoder for two-dimensional points, trained on a noisy ring."""

import math

import torch
from torch import Tensor, nn


class VAE(nn.Module):
    """Gaussian encoder q(z | x), standard normal prior p(z), Gaussian decoder p(x | z)."""

    def __init__(self, data_dim: int = 2, latent_dim: int = 2, hidden: int = 64) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(data_dim, hidden), nn.SiLU(), nn.Linear(hidden, 2 * latent_dim))
        self.decoder = nn.Sequential(nn.Linear(latent_dim, hidden), nn.SiLU(), nn.Linear(hidden, data_dim))
        self.log_noise = nn.Parameter(torch.zeros(()))

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        mu, logvar = self.encoder(x).chunk(2, dim=-1)
        return mu, logvar

    def reparameterize(self, mu: Tensor, logvar: Tensor) -> Tensor:
        std = torch.exp(0.5 * logvar)
        return mu + std * torch.randn_like(std)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        mu, logvar = self.encode(x)
        return self.decoder(self.reparameterize(mu, logvar)), mu, logvar

    def loss(self, x: Tensor, beta: float = 1.0) -> tuple[Tensor, Tensor, Tensor]:
        """The negative ELBO and its two terms, in nats a sample, averaged over the batch."""
        reconstruction, mu, logvar = self(x)
        variance = torch.exp(2 * self.log_noise)
        squared = (x - reconstruction).pow(2).sum(dim=-1)
        log_normaliser = 0.5 * x.shape[-1] * (math.log(2 * math.pi) + 2 * self.log_noise)
        reconstruction_loss = (0.5 * squared / variance + log_normaliser).mean()
        kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=-1).mean()
        return reconstruction_loss + beta * kl, reconstruction_loss, kl


def ring(count: int) -> Tensor:
    """Points on the unit circle with a little noise, [count, 2]."""
    angle = 2 * math.pi * torch.rand(count)
    return torch.stack([angle.cos(), angle.sin()], dim=-1) + 0.05 * torch.randn(count, 2)


def main() -> None:
    torch.manual_seed(0)
    model = VAE()
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    for step in range(2001):
        loss, reconstruction, kl = model.loss(ring(256))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 500 == 0:
            print(f"step {step}: -ELBO {loss.item():.3f} = {reconstruction.item():.3f} + {kl.item():.3f} nats")


if __name__ == "__main__":
    main()
