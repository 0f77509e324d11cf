"""Trains the classifier of glyphs.

    python -m classifier_glyphs.train --work DIR --out FILE.npz [--device cuda] [--seconds 300]

Cross-entropy with smoothed targets on deformed and damaged glyphs of the training families. The averaged weights that do best on the
`select` families are kept; the held-out families are not looked at.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

from common.augment import deform
from common.training import Average, Best, Training, parser_of, save
from glyphs import dataset

from .model import Classifier

RATE = 2e-3


def damage(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Deformed, with noise of a random strength, so that what is judged may be less clean than fonts are."""
    images = deform(images, 0.8, generator)
    strength = 0.15 * torch.rand(len(images), 1, 1, 1, generator=generator, device=images.device)
    return (images + strength * torch.randn(images.shape, generator=generator, device=images.device)).clamp(0, 1)


@torch.no_grad()
def accuracy(model: Classifier, glyphs: dataset.Glyphs) -> float:
    images, classes = glyphs.every()
    right = 0
    for part, wanted in zip(images.split(1024), classes.split(1024)):
        right += (model(part[:, None].float() / 255)[0].argmax(dim=1) == wanted).sum().item()
    return right / len(classes)


def main() -> None:
    run = Training(parser_of(__doc__, steps=20_000, batch=256).parse_args())
    glyphs = dataset.load(run.arguments.work / "glyphs.npz", (dataset.TRAIN,), run.arguments.device)
    selection = dataset.load(run.arguments.work / "glyphs.npz", (dataset.SELECT,), run.arguments.device)
    model = Classifier().to(run.device)
    run.begin(classifier=model)
    average = Average(model, Classifier)
    optimiser = run.adam(model.parameters(), RATE, decay=0.05)
    best = Best()
    network = run.compiled(model)

    def step() -> tuple[torch.Tensor]:
        faces, characters = glyphs.sample(run.arguments.batch, run.generator)
        with run.autocast():
            logits, _ = network(damage(glyphs.pixels(faces, characters), run.generator))
        loss = F.cross_entropy(logits.float(), characters, label_smoothing=0.05)
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        average.update()
        return (loss.detach(),)

    run.resume(model=model, average=average, optimiser=optimiser, best=best)
    take_step = run.steps_of(step)
    while run.going():
        loss, = take_step()
        if run.due():
            found = accuracy(average.model, selection)
            run.note(loss=loss, selected=found)
            if best.offer(found, run.step, average.model):
                save(run.arguments.out, {"classifier": average.model}, run.facts(chosen=best.facts()))
    average.model.load_state_dict(best.state)
    save(run.arguments.out, {"classifier": average.model}, run.facts(chosen=best.facts()))
    run.finish()


if __name__ == "__main__":
    main()
