"""Measures an exported GAN of glyphs, from its ONNX files alone.

    python -m gan_glyphs.measure --model FOLDER [--work DIR] [--out FILE]

FOLDER holds generator.onnx and discriminator.onnx; the classifier judges. Prints every number, writes them as JSON, and ends
with 1 if a gate fails:
  accuracy   share of samples that the classifier gives their class >= 0.8
  coverage   classes of which at least half of the samples are read as such, of 62 >= 55
  diversity  mean distance between samples of a class >= 0.6 x that of held-out fonts
  recall     of held-out glyphs by samples >= 0.2
With twin.generator.onnx, twin.discriminator.onnx and twin.json beside them the audit of membership is measured too, which `--twin` does alone.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from common.measuring import finish, gate, parser_of, spread, step
from common.membership import audit, audit_without_model
from common.onnx_file import describe
from common.parts import Part
from glyphs import dataset, quality
from glyphs.measured import Pictures, nearest, pictures

from .model import LATENT

EACH = 64  # samples of a class
SETTINGS = ("steps", "batch", "loss", "penalty", "diversity", "slanted")  # of the twin


def measure_twin(folder: Path, work: Path, classifier_folder: Path, size: float) -> dict:
    """The audit: all training families, of which the twin learned from those in twin.json, by the discriminator's score of a glyph as its
    character and by how near the nearest of the generator's samples of that character is."""
    facts = json.loads((folder / "twin.json").read_text())
    train = pictures(work / "glyphs.npz", dataset.TRAIN)
    some = train.some(spread(len(train.levels), int(8000 * size)))
    with np.load(work / "glyphs.npz") as file:
        names = file["families"].tolist()
    members = set(facts["members"])
    member = np.array([names[family] in members for family in some.family])
    classifier = Part(classifier_folder / "model.onnx")
    generator, discriminator = Part(folder / "twin.generator.onnx"), Part(folder / "twin.discriminator.onnx")
    characters = np.tile(np.arange(dataset.CLASSES), max(4, int(EACH * size)))
    z = np.random.default_rng(0).standard_normal((len(characters), LATENT)).astype(np.float32)
    images = generator(z, characters)[0]
    samples = Pictures((images[:, 0] * 255).round().astype(np.uint8), characters, np.zeros(len(characters), int))
    levels = some.levels / np.float32(255)
    scores = discriminator(levels[:, None], some.character)[0].astype(np.float64)
    distances = nearest(levels, some.character, samples)
    return {"seed": facts["coins"], **{name: facts[name] for name in SETTINGS}, "samples": len(images),
            "accuracy": float((classifier(images)[0].argmax(axis=1) == characters).mean()),
            "score": audit(scores, member, some.family), "nearness": audit(-distances, member, some.family),
            "withoutModel": audit_without_model(classifier(levels[:, None])[1], member, some.family)}


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
    if (folder / "twin.json").exists():
        step("membership")
        measured["membership"] = measure_twin(folder, work, classifier_folder, size)
    measured["gates"] = [
        gate("accuracy", measured["accuracy"], ">=", 0.8),
        gate("coverage", measured["covered"], ">=", 55),
        gate("diversity", measured["diversity"], ">=", 0.6 * measured["diversityHeldOut"]),
        gate("recall", recall, ">=", 0.2),
    ]
    return measured


def main() -> None:
    parser = parser_of(__doc__)
    parser.add_argument("--twin", action="store_true", help="measure the twin alone")
    arguments = parser.parse_args()
    found = (arguments.model, arguments.work, arguments.classifier, arguments.size)
    finish({"membership": measure_twin(*found), "gates": []} if arguments.twin else measure(*found), arguments.out)


if __name__ == "__main__":
    main()
