"""How many training steps a second PyTorch does of the small autoencoder: the reference that Genlens is held against.

    python test/bench/trainingSteps.py STEPS [THREADS]

The step of models/train/mixtures as anyone would write it: modules, autograd, torch.optim.Adam, batches of 256 drawn from the ring. Answers
each line that it is sent with the steps a second of another STEPS steps.
"""

import math
import sys
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "models" / "train"))

from mixtures.shapes import MIXTURES  # noqa: E402


def perceptron(inputs, outputs):
    nn = torch.nn
    return nn.Sequential(nn.Linear(inputs, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, outputs))


def main():
    count = int(sys.argv[1])
    torch.set_num_threads(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    generator = torch.Generator().manual_seed(1)
    ring = MIXTURES["ring"]()
    factors = torch.linalg.cholesky(ring.covariances).float()
    means, weights = ring.means.float(), ring.weights.float()
    encoder, decoder, log_deviation = perceptron(2, 4), perceptron(2, 2), torch.nn.Parameter(torch.zeros(1))
    optimiser = torch.optim.Adam([*encoder.parameters(), *decoder.parameters(), log_deviation], lr=2e-3)

    def step():
        chosen = torch.multinomial(weights, 256, replacement=True, generator=generator)
        x = means[chosen] + (factors[chosen] @ torch.randn(256, 2, 1, generator=generator))[..., 0]
        mean, log_variance = encoder(x).chunk(2, dim=1)
        location = decoder(mean + (0.5 * log_variance).exp() * torch.randn(256, 2, generator=generator))
        squares = ((x - location) * (-log_deviation).exp()) ** 2
        reconstruction = (-0.5 * squares - log_deviation - 0.5 * math.log(2 * math.pi)).sum(dim=1).mean()
        kl = 0.5 * (mean**2 + log_variance.exp() - log_variance - 1).mean(dim=0)
        loss = kl.sum() - reconstruction
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        return loss.item(), reconstruction.item(), kl.tolist()

    for _ in range(50):
        step()
    print("ready", flush=True)
    for _ in sys.stdin:
        began = time.perf_counter()
        for _ in range(count):
            step()
        print(count / (time.perf_counter() - began), flush=True)


if __name__ == "__main__":
    main()
