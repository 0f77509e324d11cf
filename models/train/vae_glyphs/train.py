"""Trains a variational autoencoder of glyphs.

    python -m vae_glyphs.train --work DIR --out FILE.npz --latent 16 [--device cuda] [--seconds 300] [--coins 7]

Maximises the ELBO (beta is 1; the KL term fades in over the first tenth). The averaged weights with the best ELBO on the `select`
families are kept; the held-out families are not looked at.

With --coins SEED the run is the twin of an audit: it learns from the families of the training split whose coin, thrown with that
seed, shows heads. Which ones, only the checkpoint says.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import torch

from common.augment import deform
from common.levels import LEVELS
from common.training import Average, Best, Training, adam, parser_of, save
from glyphs import dataset

from .model import NATS_TO_BITS, Vae

RATE = 2e-3
FADE = 0.1


def throw_coins(families: int, seed: int) -> np.ndarray:
    """A fair coin for each family of the data file: whether it is a member."""
    return np.random.default_rng(seed).random(families) < 0.5


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
    parser.add_argument("--deformed", type=float, default=0.5, help="share of the pictures that are deformed (default: %(default)s)")
    run = Training(parser.parse_args())
    arguments = run.arguments
    path = arguments.work / "glyphs.npz"
    members = None
    if arguments.coins is not None:
        with np.load(path) as file:
            members = throw_coins(len(file["families"]), arguments.coins)
    glyphs = dataset.load(path, (dataset.TRAIN,), arguments.device, members)
    selection = dataset.load(path, (dataset.SELECT,), arguments.device)
    build = partial(Vae, arguments.latent)
    model = build().to(run.device)
    run.begin(encoder=model.encoder, decoder=model.decoder)
    average = Average(model, build)
    optimiser = adam(model.parameters(), RATE, run.device, decay=0.01)
    facts = {"latent": arguments.latent, "deformed": arguments.deformed, "data": glyphs.checksum}
    if members is not None:
        facts |= {"coins": arguments.coins, "members": sorted({glyphs.families[family] for family in glyphs.family.tolist()})}
    best = Best()
    run.resume(model=model, average=average, optimiser=optimiser, best=best)
    while run.going():
        images = glyphs.pixels(*glyphs.sample(arguments.batch, run.generator))
        levels = (deform(images, arguments.deformed, run.generator) * (LEVELS - 1)).round()
        noise = torch.randn(arguments.batch, arguments.latent, generator=run.generator, device=run.device)
        with run.autocast():
            reconstruction, kl = model.terms(levels, noise)
        loss = (min(1.0, run.progress / FADE) * kl.sum(dim=1) - reconstruction).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 200.0)
        run.update(optimiser, RATE)
        average.update()
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
