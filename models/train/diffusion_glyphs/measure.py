"""Measures the exported diffusion model of glyph pairs, from its ONNX file alone.

    python -m diffusion_glyphs.measure --model FOLDER [--work DIR] [--out FILE]

FOLDER holds model.onnx; the classifier judges each half of a picture. Prints every number, writes them as JSON, and ends with 1 if a
gate fails:
  accuracy   per glyph at guidance 2 >= 0.85
  order      pictures at guidance 2 whose halves show the caption's characters the other way round <= 0.02
  own half   highest of a head's mean cross-attention mass of a character on its own half >= 0.7
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch

from common.measuring import gate, measure_command, step
from common.onnx_file import describe
from common.parts import Part
from glyphs import dataset, quality
from glyphs.measured import nearest, pictures

from . import schedule
from .bound import bits_per_pixel, fit_last_step
from .model import HEADS
from .sampling import sample

GUIDANCE = (1, 2, 4)
SAMPLES, DDIM_STEPS = 496, 25
BOUND_PICTURES, BOUND_DRAWS = 248, 32
ATTENTION_PICTURES, ATTENTION_TIMES = 124, (900, 700, 500, 300, 100)


class Denoiser:
    """model.onnx as a function of tensors."""

    def __init__(self, path: Path, taps: tuple[str, ...] = ()):
        self.part = Part(path, piece=62, taps=taps)

    def __call__(self, x: torch.Tensor, timestep: torch.Tensor, captions: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(self.part(x.numpy(), timestep.numpy(), captions.numpy())[0])


def halves(images: torch.Tensor) -> np.ndarray:
    """Both glyphs of pictures [B, 1, 28, 56] in -1..1, left ones first: [2 B, 1, 28, 28] in 0..1."""
    return ((torch.cat(images.split(28, dim=3)) + 1) / 2).numpy()


def random_captions(count: int, seed: int, glyphs: dataset.Glyphs) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Captions as held-out faces have them: ids, characters [count, 2], styles; every character as often on either side."""
    generator = torch.Generator().manual_seed(seed)
    left = torch.arange(count) % dataset.CLASSES
    right = (left + torch.randint(dataset.CLASSES, (count,), generator=generator)) % dataset.CLASSES
    faces = torch.multinomial(glyphs.weight, count, replacement=True, generator=generator)
    styles = glyphs.styles[faces]
    return dataset.captions(left, right, styles), torch.stack([left, right], dim=1), styles


def measure_guidance(model: Denoiser, classifier: Part, glyphs: dataset.Glyphs, work: Path, count: int) -> dict:
    held_out, train = (pictures(work / "glyphs.npz", split) for split in (dataset.HELD_OUT, dataset.TRAIN))
    captions, characters, styles = random_captions(count, 0, glyphs)
    wanted, swapped = characters.T.flatten().numpy(), characters.flip(1).T.flatten().numpy()
    rng = np.random.default_rng(0)
    real = held_out.some(rng.choice(len(held_out.levels), min(len(held_out.levels), 2 * count), replace=False))
    real_images = real.levels[:, None] / np.float32(255)
    real_logits, real_features = classifier(real_images)
    found = {"samples": count, "steps": DDIM_STEPS, "accuracyHeldOut": (real_logits.argmax(axis=1) == real.character).mean(),
             "nearestHeldOut": quality.quantiles(nearest(real_images[:, 0], real.character, train)),
             "diversityHeldOut": quality.diversity(real_images, real.character), "byGuidance": {}}
    low = np.quantile(nearest(real_images[:, 0], real.character, train), 0.01)
    for guidance in GUIDANCE:
        step(f"samples at guidance {guidance}")
        glyph = halves(sample(model, captions, guidance, DDIM_STEPS, seed=0))
        logits, features = classifier(glyph)
        read = logits.argmax(axis=1)
        right, other = (read == wanted).reshape(2, -1), (read == swapped).reshape(2, -1)
        differ = (characters[:, 0] != characters[:, 1]).numpy()
        copies = nearest(glyph[:, 0], wanted, train)
        precision, recall = quality.precision_recall(real_features, features)
        ink = glyph.mean(axis=(1, 2, 3)).reshape(2, -1).mean(axis=0)
        bold = styles[:, 0].numpy()
        found["byGuidance"][str(guidance)] = {
            "accuracy": right.mean(), "left": right[0].mean(), "right": right[1].mean(), "both": right.all(axis=0).mean(),
            "order": (other.all(axis=0) & differ).mean(), "frechet": quality.frechet(features, real_features), "precision": precision,
            "recall": recall, "nearest": quality.quantiles(copies), "copies": (copies < low).mean(),
            "inkBold": ink[bold].mean(), "inkOther": ink[~bold].mean(),
        }
    return found


def cross_attention(path: Path, glyphs: dataset.Glyphs, count: int) -> dict:
    """Of each layer and head the share of a character's attention (what pixels give its word) that lies on its own half, mean over both
    characters, pictures and noise levels; an even map has 0.5. Beside it what a picture's pixels give to each kind of word."""
    taps = tuple(sorted(node.output[0] for node in onnx.load(path).graph.node if node.output and "cross_attention.weights" in node.output[0]))
    tapped = Part(path, piece=31, taps=taps)
    scenes, characters, styles = dataset.scenes(glyphs, count, torch.Generator().manual_seed(1))
    captions = dataset.captions(characters[:, 0], characters[:, 1], styles)
    bars = schedule.alphas_cumprod().float()
    generator = torch.Generator().manual_seed(2)
    own = {tap: [] for tap in taps}
    words = {tap: [] for tap in taps}
    for timestep in ATTENTION_TIMES:
        noise = torch.randn(scenes.shape, generator=generator)
        z, _ = schedule.noised(2 * scenes - 1, noise, bars[timestep].expand(count))
        outputs = tapped(z.numpy(), np.full(count, timestep), captions.numpy())
        for tap, weights in zip(taps, outputs[1:]):
            height = int((weights.shape[2] / 2) ** 0.5)
            maps = weights.reshape(count, HEADS, height, 2 * height, dataset.LENGTH)
            left, right = maps[:, :, :, :height].sum(axis=(2, 3)), maps[:, :, :, height:].sum(axis=(2, 3))
            own[tap].append(((left / (left + right))[..., 1] + (right / (left + right))[..., 2]).mean(axis=0) / 2)
            words[tap].append(np.stack([maps[..., 0].mean(axis=(0, 2, 3)), maps[..., 1:3].sum(axis=-1).mean(axis=(0, 2, 3)),
                                        maps[..., 3:].sum(axis=-1).mean(axis=(0, 2, 3))]))
    layers = {tap: {"heads": np.mean(own[tap], axis=0).tolist(), "byTime": {str(t): part.tolist() for t, part in zip(ATTENTION_TIMES, own[tap])},
                    "words": dict(zip(("start", "characters", "style"), np.mean(words[tap], axis=0).tolist()))} for tap in taps}
    best = max(((score, tap, head) for tap, layer in layers.items() for head, score in enumerate(layer["heads"])))
    return {"pictures": count, "timesteps": ATTENTION_TIMES, "layers": layers, "best": {"score": best[0], "layer": best[1], "head": best[2]}}


def pairs(glyphs: dataset.Glyphs, count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Pictures of fonts in -1..1 and their captions."""
    scenes, characters, styles = dataset.scenes(glyphs, count, torch.Generator().manual_seed(seed))
    return 2 * scenes - 1, dataset.captions(characters[:, 0], characters[:, 1], styles)


def measure(folder: Path, work: Path, classifier_folder: Path, size: float) -> dict:
    path = folder / "model.onnx"
    held_out = dataset.load(work / "glyphs.npz", (dataset.HELD_OUT,))
    train = dataset.load(work / "glyphs.npz", (dataset.TRAIN,))
    model, classifier = Denoiser(path), Part(classifier_folder / "model.onnx")
    scaled = lambda count: max(8, int(count * size))  # noqa: E731
    measured = {"files": {"model": describe(path)}, "guidance": measure_guidance(model, classifier, held_out, work, scaled(SAMPLES))}
    step("the bound")
    count = scaled(BOUND_PICTURES)
    sets = {name: pairs(glyphs, count, seed) for name, glyphs, seed in (("fit", train, 2), ("heldOut", held_out, 3), ("training", train, 4))}
    log_scale = fit_last_step(model, *sets["fit"], seed=5)
    measured["bound"] = {"draws": BOUND_DRAWS, "logScale": log_scale, "pictures": count}
    for name in ("heldOut", "training"):
        bits = bits_per_pixel(model, *sets[name], log_scale, BOUND_DRAWS, seed=4)
        measured["bound"][name] = {"bitsPerPixel": bits.mean(), "error": bits.std(ddof=1) / len(bits) ** 0.5}
    exact = folder / "model.float32.onnx"
    if exact.exists():
        some = tuple(part[: max(8, count // 4)] for part in sets["heldOut"])
        stored, plain = (bits_per_pixel(one, *some, log_scale, BOUND_DRAWS, seed=5).mean() for one in (model, Denoiser(exact)))
        measured["storage"] = {"pictures": len(some[0]), "float16": stored, "float32": plain, "cost": stored - plain}
    step("cross-attention")
    measured["attention"] = cross_attention(path, held_out, scaled(ATTENTION_PICTURES))
    two = measured["guidance"]["byGuidance"]["2"]
    measured["gates"] = [gate("accuracy", two["accuracy"], ">=", 0.85), gate("order", two["order"], "<=", 0.02),
                         gate("own half", measured["attention"]["best"]["score"], ">=", 0.7)]
    return measured


def main() -> None:
    measure_command(__doc__, measure)


if __name__ == "__main__":
    main()
