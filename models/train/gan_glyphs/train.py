"""Trains the class-conditional GAN of glyphs.

    python -m gan_glyphs.train --work DIR --out FILE.npz [--loss spectral] [--device cuda] [--seconds 300]

One step of the discriminator a step of the generator; real and generated pictures are both moved by up to two pixels before the
discriminator sees them. Two losses:
  r1        non-saturating logistic loss, gradient penalty on real pictures every fourth step (Mescheder et al. 2018, arXiv:1801.04406)
  spectral  hinge loss, all weights of the discriminator with spectral norm 1 (Miyato et al. 2018, arXiv:1802.05957)
The generator's averaged weights and the discriminator's last ones are kept.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

from common.augment import move
from common.training import Average, Training, adam, parser_of, save
from glyphs import dataset

from .model import LATENT, Discriminator, Generator, plain_discriminator

RATES = {"r1": (4e-4, 4e-4), "spectral": (3e-4, 4e-4)}  # of generator and discriminator
BETAS = (0.0, 0.99)
MOVE = 2
AVERAGE = 0.999
PENALTY_EVERY = 4


def discriminator_loss(real: torch.Tensor, fake: torch.Tensor, loss: str) -> torch.Tensor:
    if loss == "spectral":
        return F.relu(1 - real).mean() + F.relu(1 + fake).mean()
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def generator_loss(fake: torch.Tensor, loss: str) -> torch.Tensor:
    return -fake.mean() if loss == "spectral" else F.softplus(-fake).mean()


def gradient_penalty(discriminator: torch.nn.Module, real: torch.Tensor, characters: torch.Tensor) -> torch.Tensor:
    """Mean squared norm of the score's gradient at real pictures."""
    real = real.detach().requires_grad_()
    gradient, = torch.autograd.grad(discriminator(real, characters).sum(), real, create_graph=True)
    return (gradient**2).sum(dim=(1, 2, 3)).mean()


def main() -> None:
    parser = parser_of(__doc__, steps=40_000, batch=128)
    parser.add_argument("--loss", choices=list(RATES), default="r1")
    parser.add_argument("--penalty", type=float, default=0.03, help="of r1: half of it times the mean squared slope (default: %(default)s)")
    run = Training(parser.parse_args())
    arguments = run.arguments
    glyphs = dataset.load(arguments.work / "glyphs.npz", (dataset.TRAIN,), arguments.device)
    generator = Generator().to(run.device)
    discriminator = (Discriminator() if arguments.loss == "spectral" else plain_discriminator()).to(run.device)
    run.begin(generator=generator, **({} if arguments.loss == "spectral" else {"discriminator": discriminator}))
    average = Average(generator, Generator, decay=AVERAGE)
    generator_rate, discriminator_rate = RATES[arguments.loss]
    generator_steps = adam(generator.parameters(), generator_rate, run.device, BETAS)
    discriminator_steps = adam(discriminator.parameters(), discriminator_rate, run.device, BETAS)

    def generate() -> tuple[torch.Tensor, torch.Tensor]:
        _, characters = glyphs.sample(arguments.batch, run.generator)
        z = torch.randn(arguments.batch, LATENT, generator=run.generator, device=run.device)
        return generator(z, characters), characters

    run.resume(generator=generator, discriminator=discriminator, average=average, generator_steps=generator_steps, discriminator_steps=discriminator_steps)
    while run.going():
        faces, characters = glyphs.sample(arguments.batch, run.generator)
        real = move(glyphs.pixels(faces, characters), MOVE, run.generator)
        with run.autocast():
            with torch.no_grad():
                generated, wanted = generate()
            fake = move(generated, MOVE, run.generator)
            scores = discriminator(torch.cat([real, fake]), torch.cat([characters, wanted]))
        real_scores, fake_scores = scores.chunk(2)
        loss = first = discriminator_loss(real_scores, fake_scores, arguments.loss)
        if arguments.loss == "r1" and run.step % PENALTY_EVERY == 0:
            loss = loss + 0.5 * arguments.penalty * PENALTY_EVERY * gradient_penalty(discriminator, real, characters)
        loss.backward()
        run.update(discriminator_steps, discriminator_rate)

        discriminator.requires_grad_(False)
        with run.autocast():
            generated, wanted = generate()
            second = generator_loss(discriminator(move(generated, MOVE, run.generator), wanted), arguments.loss)
        second.backward()
        discriminator.requires_grad_(True)
        run.update(generator_steps, generator_rate)
        average.update()
        if run.due():
            run.note(discriminator=first, generator=second, real=real_scores.mean(), fake=fake_scores.mean())
            save(arguments.out, {"generator": average.model, "discriminator": discriminator.plain()}, run.facts(loss=arguments.loss, penalty=arguments.penalty, data=glyphs.checksum))
    run.finish()


if __name__ == "__main__":
    main()
