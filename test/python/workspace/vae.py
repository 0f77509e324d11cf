"""Formulas of a variational autoencoder, on NumPy's arrays."""

import numpy as np

asked = []


def divergence(mu, logvar):
    kl = -0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar), axis=-1)
    return kl


class Model:
    def __init__(self):
        self.beta = 0.5

    @property
    def sigma(self):
        asked.append('sigma')
        raise RuntimeError('not now')

    def sample(self, mu, noise):
        z = mu + self.sigma * noise
        return z

    def loss(self, recon, x, mu, logvar):
        kl = divergence(mu, logvar).mean()
        reconstruction = np.mean((recon - x) ** 2)
        return reconstruction + self.beta * kl


def main():
    rng = np.random.default_rng(0)
    mu = rng.standard_normal((4, 3)).astype(np.float32)
    logvar = rng.standard_normal((4, 3)).astype(np.float32)
    divergence(mu, logvar)
    # The exponential of 100 is no number of 32 bits.
    logvar[1, 2] = 100
    divergence(mu, logvar)
    logvar[0, 0] = np.nan
    divergence(mu, logvar)
    big = np.zeros((1000, 1000), dtype=np.float32)
    model = Model()
    model.loss(big, big, mu, logvar)
    try:
        model.sample(mu, logvar)
    except RuntimeError:
        pass
    print('asked', asked)


main()
