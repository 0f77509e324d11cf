"""Measures an exported GAN of glyphs, from its ONNX files alone.

    python -m gan_glyphs.measure --model FOLDER [--work DIR] [--out FILE]

FOLDER holds generator.onnx and discriminator.onnx; the classifier judges. Prints every number, writes them as JSON, and ends
with 1 if a gate fails:
  accuracy   share of samples that the classifier gives their class >= 0.8
  coverage   classes of which at least half of the samples are read as such, of 62 >= 55
  diversity  mean distance between samples of a class >= 0.6 x that of held-out fonts
  recall     of held-out glyphs by samples >= 0.2
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from common.measuring import gate, measure_command, spread, step
from common.onnx_file import describe
from common.parts import Part
from glyphs import dataset, quality
from glyphs.measured import nearest, pictures

from .model import LATENT

EACH = 64  # samples of a class


def measure(folder: Path, work: Path, classifier_folder: Path, size: float) -> dict:
    held_out, train = (pictures(work / "glyphs.npz", split) for split in (dataset.HELD_OUT, dataset.TRAIN))
    classifier = Part(classifier_folder / "model.onnx")
    generator, discriminator = Part(folder / "generator.onnx"), Part(folder / "discriminator.onnx")
    each = max(4, int(EACH * size))
    characters = np.tile(np.arange(dataset.CLASSES), each)
    z = np.random.default_rng(0).standard_normal((len(characters), LATENT)).astype(np.float32)
    step("samples")
    images = generator(z, characters)[0]
    logits, features = classifier(images)
    right = logits.argmax(axis=1) == characters
    by_class = np.array([right[characters == character].mean() for character in range(dataset.CLASSES)])
    count = min(len(images), len(held_out.levels))
    real, seen = held_out.some(spread(len(held_out.levels), count)), train.some(spread(len(train.levels), count))
    real_images = real.levels[:, None] / np.float32(255)
    real_logits, real_features = classifier(real_images)
    seen_features = classifier(seen.levels[:, None] / 255)[1]
    step("distances")
    precision, recall = quality.precision_recall(real_features, features)
    own = quality.precision_recall(real_features, seen_features)
    some = spread(len(images), 2000)
    copies, others = nearest(images[some, 0], characters[some], train), nearest(real_images[:, 0], real.character, train)
    scores = {"samples": discriminator(images, characters)[0], "heldOut": discriminator(real_images, real.character)[0],
              "training": discriminator(seen.levels[:, None] / 255, seen.character)[0]}
    measured = {
        "files": {name: describe(folder / f"{name}.onnx") for name in ("generator", "discriminator")},
        "samples": len(images), "each": each, "heldOut": len(real.levels), "latent": LATENT,
        "accuracy": right.mean(), "accuracyHeldOut": (real_logits.argmax(axis=1) == real.character).mean(),
        "covered": int((by_class >= 0.5).sum()), "worst": {dataset.CHARACTERS[place]: by_class[place] for place in np.argsort(by_class)[:8]},
        "frechet": quality.frechet(features, real_features), "frechetTraining": quality.frechet(seen_features, real_features),
        "precision": precision, "recall": recall, "precisionTraining": own[0], "recallTraining": own[1],
        "diversity": quality.diversity(images, characters), "diversityHeldOut": quality.diversity(real_images, real.character),
        "nearest": quality.quantiles(copies), "nearestHeldOut": quality.quantiles(others),
        "copies": float((copies < np.quantile(others, 0.01)).mean()),
        "scores": {name: {"mean": values.mean(), "deviation": values.std()} for name, values in scores.items()},
    }
    measured["gates"] = [
        gate("accuracy", measured["accuracy"], ">=", 0.8),
        gate("coverage", measured["covered"], ">=", 55),
        gate("diversity", measured["diversity"], ">=", 0.6 * measured["diversityHeldOut"]),
        gate("recall", recall, ">=", 0.2),
    ]
    return measured


def main() -> None:
    measure_command(__doc__, measure)


if __name__ == "__main__":
    main()
