"""Trains the class-conditional GAN of glyphs.

    python -m gan_glyphs.train --work DIR --out FILE.npz [--loss r1] [--penalty 0.003] [--device cuda] [--seconds 300] [--coins 7]

One step of the discriminator a step of the generator; real and generated pictures are both moved by up to two pixels, a share of them
(`--slanted`) also scaled and slanted a little, before the discriminator sees them. Two losses:
  r1        non-saturating logistic loss, gradient penalty on real pictures every fourth step (Mescheder et al. 2018, arXiv:1801.04406)
  spectral  hinge loss, all weights of the discriminator with spectral norm 1 (Miyato et al. 2018, arXiv:1802.05957)
The generator also pays `--diversity` times what the distance between two of its pictures of one character lacks, on the mean of a batch,
of that between glyphs of fonts (after Mao et al. 2019, arXiv:1903.05628, but only up to what fonts have): without, long trainings draw
each character in few styles. The generator's averaged weights and the discriminator's last ones are kept. The log has the
discriminator's mean score of the `select` families beside those of the pictures it learns from.

With --coins SEED the run is the twin of an audit: it learns from the families of the training split whose coin, thrown with that
seed, shows heads. Which ones, only the checkpoint says.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

from common.augment import view
from common.training import Average, Training, parser_of, save
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


def distance(pictures: torch.Tensor) -> torch.Tensor:
    """Mean root mean square distance between the first half of pictures and the second."""
    half = len(pictures) // 2
    first, second = pictures[:half].float(), pictures[half : 2 * half].float()
    return ((first - second) ** 2).mean(dim=(1, 2, 3)).add(1e-8).sqrt().mean()


def distance_of(glyphs: dataset.Glyphs, generator: torch.Generator, pairs: int = 4096) -> torch.Tensor:
    """The same between two glyphs of one character, of faces drawn as training draws them."""
    faces, characters = glyphs.sample(2 * pairs, generator)
    return distance(glyphs.pixels(faces, characters[:pairs].repeat(2)))


def main() -> None:
    parser = parser_of(__doc__, steps=40_000, batch=128)
    parser.add_argument("--loss", choices=list(RATES), default="r1")
    parser.add_argument("--penalty", type=float, default=0.003, help="half of it times the mean squared slope (default: %(default)s)")
    parser.add_argument("--diversity", type=float, default=5.0, help="weight of the lack of distance between samples (default: %(default)s)")
    parser.add_argument("--slanted", type=float, default=0.5, help="share of the pictures that are scaled and slanted (default: %(default)s)")
    parser.add_argument("--coins", type=int, help="learn from a random half of the families, drawn with this seed")
    run = Training(parser.parse_args())
    arguments = run.arguments
    loss, batch = arguments.loss, arguments.batch
    path = arguments.work / "glyphs.npz"
    members = None if arguments.coins is None else dataset.throw_coins(path, arguments.coins)
    glyphs = dataset.load(path, (dataset.TRAIN,), arguments.device, members)
    selection = dataset.load(path, (dataset.SELECT,), arguments.device)
    settings = {"loss": loss, "penalty": arguments.penalty, "diversity": arguments.diversity, "slanted": arguments.slanted, "data": glyphs.checksum}
    if members is not None:
        settings |= {"coins": arguments.coins, "members": glyphs.families_held()}
    generator = Generator().to(run.device)
    discriminator = (Discriminator() if loss == "spectral" else plain_discriminator()).to(run.device)
    run.begin(generator=generator, **({} if loss == "spectral" else {"discriminator": discriminator}))
    average = Average(generator, Generator, decay=AVERAGE)
    generator_rate, discriminator_rate = RATES[loss]
    generator_steps = run.adam(generator.parameters(), generator_rate, BETAS)
    discriminator_steps = run.adam(discriminator.parameters(), discriminator_rate, BETAS)
    apart = distance_of(glyphs, run.generator)
    draw, judge = run.compiled(generator), run.compiled(discriminator)
    seen = lambda pictures: view(pictures, MOVE, arguments.slanted, run.generator)  # noqa: E731

    def real_pictures() -> tuple[torch.Tensor, torch.Tensor]:
        faces, characters = glyphs.sample(batch, run.generator)
        return seen(glyphs.pixels(faces, characters)), characters

    def generated(characters: torch.Tensor) -> torch.Tensor:
        return draw(torch.randn(len(characters), LATENT, generator=run.generator, device=run.device), characters)

    def step(penalised: bool) -> tuple[torch.Tensor, ...]:
        real, characters = real_pictures()
        with run.autocast():
            with torch.no_grad():
                fake = seen(generated(characters))
            real_scores, fake_scores = judge(torch.cat([real, fake]), characters.repeat(2)).chunk(2)
        total = first = discriminator_loss(real_scores, fake_scores, loss)
        if penalised:
            total = total + 0.5 * arguments.penalty * PENALTY_EVERY * gradient_penalty(discriminator, real, characters)
        total.backward()
        discriminator_steps.step()
        discriminator_steps.zero_grad()

        discriminator.requires_grad_(False)
        with run.autocast():
            twice = characters[: batch // 2].repeat(2) if arguments.diversity else characters
            samples = generated(twice)
            second = generator_loss(judge(seen(samples), twice), loss)
        lack = F.relu(apart - distance(samples))
        (second + arguments.diversity * lack).backward()
        discriminator.requires_grad_(True)
        generator_steps.step()
        generator_steps.zero_grad()
        average.update()
        return first.detach(), second.detach(), real_scores.detach(), fake_scores.detach(), lack.detach()

    def selected() -> torch.Tensor:
        images, characters = selection.every()
        with torch.no_grad():
            return discriminator(images[:, None].float() / 255, characters).mean()

    run.resume(generator=generator, discriminator=discriminator, average=average, generator_steps=generator_steps, discriminator_steps=discriminator_steps)
    plain, penalised = run.steps_of(lambda: step(False)), run.steps_of(lambda: step(True))
    while run.going():
        first, second, real, fake, lack = (plain if loss == "spectral" or run.step % PENALTY_EVERY else penalised)()
        if run.due():
            run.note(discriminator=first, generator=second, real=real.mean(), fake=fake.mean(), selected=selected(), lack=lack)
            save(arguments.out, {"generator": average.model, "discriminator": discriminator.plain()}, run.facts(**settings))
    run.finish()


if __name__ == "__main__":
    main()
