"""Trains a variational autoencoder of glyphs.

    python -m vae_glyphs.train --work DIR --out FILE.npz --latent 16 [--device cuda] [--seconds 300] [--coins 7]

Maximises the ELBO: the KL term's factor, beta, ends at 1. It fades in over the first twentieth, to 1 or to `--beta`; from there it falls in a
straight line to 1, which it has from 0.6 of the run on. A share of the pictures is scaled and slanted a little: `--deformed` of them at
first, `--deformed-last` at the end. The averaged weights with the best ELBO (beta is 1) on the `select` families are kept; the held-out
families are not looked at.

With --coins SEED the run is the twin of an audit: it learns from the families of the training split whose coin, thrown with that
seed, shows heads. Which ones, only the checkpoint says.
"""

from __future__ import annotations

from functools import partial

import torch

from common.augment import deform
from common.levels import LEVELS
from common.training import Average, Best, Training, parser_of, save
from glyphs import dataset

from .model import NATS_TO_BITS, Vae

RATE = 2e-3
FADE, FALLEN = 0.05, 0.6  # of the run: beta is faded in, beta has fallen to 1


def beta_at(progress: torch.Tensor, highest: float) -> torch.Tensor:
    """The KL term's factor at 0..1 of the run."""
    fallen = 1 + (highest - 1) * ((FALLEN - progress) / (FALLEN - FADE)).clamp(0, 1)
    return fallen * (progress / FADE).clamp(max=1.0)


@torch.no_grad()
def elbo(model: Vae, glyphs: dataset.Glyphs, seed: int) -> float:
    """Mean ELBO in nats, one draw of z an image."""
    images, _ = glyphs.every()
    generator = torch.Generator(images.device).manual_seed(seed)
    total = 0.0
    for part in images.split(1024):
        noise = torch.randn(len(part), model.latent, generator=generator, device=part.device)
        reconstruction, kl = model.terms(part[:, None].float(), noise)
        total += (reconstruction - kl.sum(dim=1)).sum().item()
    return total / len(images)


def main() -> None:
    parser = parser_of(__doc__, steps=20_000, batch=256)
    parser.add_argument("--latent", type=int, required=True)
    parser.add_argument("--coins", type=int, help="learn from a random half of the families, drawn with this seed")
    parser.add_argument("--beta", type=float, default=1.0, help="highest factor of the KL term (default: %(default)s)")
    parser.add_argument("--deformed", type=float, default=0.5, help="share of the pictures that are deformed at first (default: %(default)s)")
    parser.add_argument("--deformed-last", type=float, default=0.5, help="that share at the end (default: %(default)s)")
    run = Training(parser.parse_args())
    arguments = run.arguments
    path = arguments.work / "glyphs.npz"
    members = None if arguments.coins is None else dataset.throw_coins(path, arguments.coins)
    glyphs = dataset.load(path, (dataset.TRAIN,), arguments.device, members)
    selection = dataset.load(path, (dataset.SELECT,), arguments.device)
    build = partial(Vae, arguments.latent)
    model = build().to(run.device)
    run.begin(encoder=model.encoder, decoder=model.decoder)
    average = Average(model, build)
    optimiser = run.adam(model.parameters(), RATE, decay=0.01)
    facts = {"latent": arguments.latent, "deformed": arguments.deformed, "deformedLast": arguments.deformed_last, "beta": arguments.beta, "data": glyphs.checksum}
    if members is not None:
        facts |= {"coins": arguments.coins, "members": glyphs.families_held()}
    best = Best()
    terms = run.compiled(model.terms)

    def step() -> tuple[torch.Tensor, torch.Tensor]:
        images = glyphs.pixels(*glyphs.sample(arguments.batch, run.generator))
        share = arguments.deformed + run.clock * (arguments.deformed_last - arguments.deformed)
        levels = (deform(images, share, run.generator, shift=0.0) * (LEVELS - 1)).round()
        noise = torch.randn(arguments.batch, arguments.latent, generator=run.generator, device=run.device)
        with run.autocast():
            reconstruction, kl = terms(levels, noise)
        loss = (beta_at(run.clock, arguments.beta) * kl.sum(dim=1) - reconstruction).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 200.0)
        optimiser.step()
        optimiser.zero_grad()
        average.update()
        return loss.detach(), kl.detach()

    run.resume(model=model, average=average, optimiser=optimiser, best=best)
    take_step = run.steps_of(step)
    while run.going():
        loss, kl = take_step()
        if run.due():
            found = elbo(average.model, selection, seed=0)
            run.note(loss=loss, kl=kl.sum(dim=1).mean(), selected=found, bits=-found * NATS_TO_BITS)
            if best.offer(found, run.step, average.model):
                save(arguments.out, {"encoder": average.model.encoder, "decoder": average.model.decoder}, run.facts(chosen=best.facts(), **facts))
    kept = build()
    kept.load_state_dict(best.state)
    save(arguments.out, {"encoder": kept.encoder, "decoder": kept.decoder}, run.facts(chosen=best.facts(), **facts))
    run.finish()


if __name__ == "__main__":
    main()
