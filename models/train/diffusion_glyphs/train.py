"""Trains the text-conditional diffusion model of glyph pairs.

    python -m diffusion_glyphs.train --work DIR --out FILE.npz [--device cuda] [--seconds 300]

Mean squared error of v at uniform timesteps. A caption is left out with probability 0.1, its style words alone with probability 0.3,
so that guidance has an unconditional side and a caption without style words means any style. Half of the pictures are scaled and moved a
little at first, and none at the end. Pictures are in -1..1, ink is 1.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

from common.augment import deform
from common.training import Average, Training, parser_of, save
from glyphs import dataset

from . import schedule
from .model import Unet

RATE = 1e-3
AVERAGE = 0.999
NO_CAPTION, NO_STYLE = 0.1, 0.3
DEFORMED = 0.5  # share of the pictures at first


def batch_of(glyphs: dataset.Glyphs, count: int, generator: torch.Generator, deformed: float | torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Pictures [count, 1, 28, 56] in -1..1, a share of them `deformed`, and their captions, some of them cut."""
    pictures, characters, styles = dataset.scenes(glyphs, count, generator)
    pictures = torch.cat([deform(half, deformed, generator, slant=0.0) for half in pictures.split(28, dim=3)], dim=3)
    draw = torch.rand(2, count, 1, generator=generator, device=pictures.device)
    captions = dataset.captions(characters[:, 0], characters[:, 1], styles & (draw[0] >= NO_STYLE))
    return 2 * pictures - 1, torch.where(draw[1] < NO_CAPTION, dataset.empty_captions(count, pictures.device), captions)


def loss_of(model: Unet, glyphs: dataset.Glyphs, count: int, bars: torch.Tensor, generator: torch.Generator, deformed: float | torch.Tensor = 0.0) -> torch.Tensor:
    pictures, captions = batch_of(glyphs, count, generator, deformed)
    # Timesteps spread evenly over the batch: less noise in the mean than independent ones.
    offset = torch.rand((), generator=generator, device=pictures.device)
    timesteps = ((torch.arange(count, device=pictures.device) + offset) / count * schedule.STEPS).long().clamp(max=schedule.STEPS - 1)
    noise = torch.randn(pictures.shape, generator=generator, device=pictures.device)
    noised, wanted = schedule.noised(pictures, noise, bars[timesteps])
    return F.mse_loss(model(noised, timesteps, captions), wanted)


def main() -> None:
    run = Training(parser_of(__doc__, steps=40_000, batch=128).parse_args())
    arguments = run.arguments
    glyphs = dataset.load(arguments.work / "glyphs.npz", (dataset.TRAIN,), arguments.device)
    selection = dataset.load(arguments.work / "glyphs.npz", (dataset.SELECT,), arguments.device)
    model = Unet().to(run.device)
    run.begin(unet=model)
    average = Average(model, Unet, decay=AVERAGE)
    optimiser = run.adam(model.parameters(), RATE, decay=0.01)
    bars = schedule.alphas_cumprod().float().to(run.device)
    network = run.compiled(model)

    def step() -> tuple[torch.Tensor]:
        with run.autocast():
            loss = loss_of(network, glyphs, arguments.batch, bars, run.generator, DEFORMED * (1 - run.clock))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
        average.update()
        return (loss.detach(),)

    run.resume(model=model, average=average, optimiser=optimiser)
    take_step = run.steps_of(step)
    while run.going():
        loss, = take_step()
        if run.due():
            with torch.no_grad():
                fixed = torch.Generator(run.device).manual_seed(0)
                selected = torch.stack([loss_of(average.model, selection, min(256, 8 * arguments.batch), bars, fixed) for _ in range(4)]).mean()
            run.note(loss=loss, selected=selected)
            save(arguments.out, {"unet": average.model}, run.facts(data=glyphs.checksum))
    run.finish()


if __name__ == "__main__":
    main()
