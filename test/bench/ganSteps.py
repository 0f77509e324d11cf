"""How many training steps a second PyTorch does of the small GAN: the reference that Genlens is held against.

    python test/bench/ganSteps.py STEPS R1 [THREADS]

Both players' steps of models/train/mixtures as anyone would write them: modules, autograd (where R1 is not 0 with a graph of the slopes), the
non-saturating loss, torch.optim.Adam, batches of 256 drawn from the ring. Answers each line that it is sent with the steps a second of another
STEPS steps.
"""

import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "models" / "train"))

from mixtures.shapes import MIXTURES  # noqa: E402


def perceptron(inputs, outputs):
    nn = torch.nn
    return nn.Sequential(nn.Linear(inputs, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, outputs))


def main():
    count, r1 = int(sys.argv[1]), float(sys.argv[2])
    torch.set_num_threads(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    random = torch.Generator().manual_seed(1)
    ring = MIXTURES["ring"]()
    factors = torch.linalg.cholesky(ring.covariances).float()
    means, weights = ring.means.float(), ring.weights.float()
    generator, discriminator = perceptron(2, 2), perceptron(2, 1)
    of_generator = torch.optim.Adam(generator.parameters(), lr=3e-3, betas=(0.5, 0.99))
    of_discriminator = torch.optim.Adam(discriminator.parameters(), lr=1e-3, betas=(0.5, 0.99))

    def step():
        chosen = torch.multinomial(weights, 256, replacement=True, generator=random)
        real = means[chosen] + (factors[chosen] @ torch.randn(256, 2, 1, generator=random))[..., 0]
        fake = generator(torch.randn(256, 2, generator=random)).detach()
        real.requires_grad_(r1 != 0)
        at_real = discriminator(real)
        loss = F.softplus(-at_real).mean() + F.softplus(discriminator(fake)).mean()
        penalty = torch.zeros(())
        if r1 != 0:
            slopes, = torch.autograd.grad(at_real.sum(), real, create_graph=True)
            penalty = 0.5 * r1 * (slopes**2).sum(dim=1).mean()
        of_discriminator.zero_grad()
        (loss + penalty).backward()
        of_discriminator.step()
        own = F.softplus(-discriminator(generator(torch.randn(256, 2, generator=random)))).mean()
        of_generator.zero_grad()
        own.backward()
        of_generator.step()
        return loss.item(), penalty.item(), own.item()

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
